import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { load } from 'js-yaml';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FILES = `${ROOT}helm/iot-telemetry/files/`;

/** A rule as Prometheus reads it. */
export interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A panel of a dashboard, or one that an annotation draws. */
interface Query {
  readonly expr: string;
  readonly legendFormat?: string;
}
export interface Dashboard {
  readonly uid: string;
  readonly panels: readonly {
    id: number;
    title: string;
    gridPos: Record<'x' | 'y' | 'w' | 'h', number>;
    targets?: readonly Query[];
  }[];
  readonly annotations: { readonly list: readonly Query[] };
  readonly templating: { readonly list: readonly { name: string; type: string }[] };
}

/** Every rule of the chart, in the order of the files. */
export const rules: readonly Rule[] = readdirSync(`${FILES}rules`).flatMap((file) =>
  (
    load(readFileSync(`${FILES}rules/${file}`, 'utf8')) as { groups: { rules: Rule[] }[] }
  ).groups.flatMap((group) => group.rules),
);

export const dashboards: readonly (readonly [file: string, dashboard: Dashboard])[] = readdirSync(
  `${FILES}dashboards`,
).map((file) => [
  file,
  JSON.parse(readFileSync(`${FILES}dashboards/${file}`, 'utf8')) as Dashboard,
]);
