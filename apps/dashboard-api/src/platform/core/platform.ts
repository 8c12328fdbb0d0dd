import type { TopicLag } from '@iot/consumer-lag';
import type { AutoscalerState, DeploymentState, Part, PodState, Release } from '@iot/kubernetes';
import { SERVICES } from '@iot/register';

/** What was found out, or why not. */
export type Finding<T> = { readonly value: T } | { readonly reason: string };

/** What the process knows of itself. Sizes in bytes. */
export interface ProcessFacts {
  readonly service: string;
  readonly version: string;
  readonly node: string;
  readonly uptime_s: number;
  readonly memory: { readonly rss: number; readonly heap_used: number };
}

/** How far a consumer group is behind, in records. */
export interface LagRow {
  readonly group: string;
  readonly members: number;
  readonly records: number;
  /** Index is the partition. */
  readonly by_partition: readonly number[];
}

/** The pods of a component, together. */
export interface PodsRow {
  readonly count: number;
  readonly ready: number;
  readonly restarts: number;
  /** Why containers do not run, such as CrashLoopBackOff. */
  readonly waiting: readonly string[];
}

export type DeploymentRow = Omit<DeploymentState, 'component'>;
export type AutoscalerRow = Omit<AutoscalerState, 'component' | 'target'>;

/**
 * One service of the release. A part is null when it is not there, or when it could not be read:
 * `missing` of the cluster says which.
 */
export interface ComponentRow {
  readonly component: string;
  readonly deployment: DeploymentRow | null;
  readonly pods: PodsRow | null;
  readonly autoscaler: AutoscalerRow | null;
  readonly lag: LagRow | null;
}

/** The answer of `/platform`. */
export interface Platform {
  readonly process: ProcessFacts;
  readonly kafka: {
    readonly telemetry_topic: string;
    readonly dlq_topic: string;
    /** Of the telemetry topic; null with `groups`. */
    readonly partitions: number | null;
    /** Null: unknown, and `reason` says why. */
    readonly groups: readonly LagRow[] | null;
    readonly reason: string | null;
  };
  readonly cluster: {
    readonly namespace: string;
    readonly selector: string;
    readonly components: readonly ComponentRow[];
    /** Why a kind of object could not be read; null: it could. */
    readonly missing: {
      readonly deployments: string | null;
      readonly pods: string | null;
      readonly autoscalers: string | null;
    };
  } | null;
  /** Why `cluster` is null; null: it is not. */
  readonly reason: string | null;
}

/** Where the release is looked for. */
export interface Place {
  readonly namespace: string;
  readonly selector: string;
}

/** What the answer says of the installation whatever is found out. */
export interface Topics {
  readonly telemetry: string;
  readonly deadLetters: string;
  /** Consumer group by component. */
  readonly groups: Readonly<Record<string, string>>;
}

/** Puts together what was found out. */
export function platformOf(
  process: ProcessFacts,
  topics: Topics,
  lag: Finding<TopicLag>,
  release: Finding<Release & Place>,
): Platform {
  const groups = 'value' in lag ? lag.value.groups.map(lagRow) : null;
  const kafka = {
    telemetry_topic: topics.telemetry,
    dlq_topic: topics.deadLetters,
    partitions: 'value' in lag ? lag.value.partitions : null,
    groups,
    reason: 'reason' in lag ? lag.reason : null,
  };
  if ('reason' in release) return { process, kafka, cluster: null, reason: release.reason };
  const { namespace, selector, ...found } = release.value;
  const reason = wholeFailure(found);
  if (reason !== null) return { process, kafka, cluster: null, reason };
  const lagOf = (component: string): LagRow | null =>
    groups?.find(({ group }) => group === topics.groups[component]) ?? null;
  const components = componentsOf(found).map((component) =>
    componentRow(component, found, lagOf(component)),
  );
  const missing = {
    deployments: reasonOf(found.deployments),
    pods: reasonOf(found.pods),
    autoscalers: reasonOf(found.autoscalers),
  };
  return { process, kafka, cluster: { namespace, selector, components, missing }, reason: null };
}

const lagRow = ({ group, members, records, byPartition }: TopicLag['groups'][number]): LagRow => ({
  group,
  members,
  records,
  by_partition: byPartition,
});

const itemsOf = <T>(part: Part<T>): readonly T[] => ('items' in part ? part.items : []);
const reasonOf = (part: Part<unknown>): string | null =>
  'failure' in part ? part.failure.message : null;

/** An API server that could not be asked at all is one reason, not three. */
function wholeFailure({ deployments, pods, autoscalers }: Release): string | null {
  const parts = [deployments, pods, autoscalers];
  const away = parts.every((part) => 'failure' in part && part.failure.kind !== 'forbidden');
  return away ? reasonOf(deployments) : null;
}

/** Those of the platform first, then what else was deployed under the same labels. */
function componentsOf({ deployments }: Release): string[] {
  const others = itemsOf(deployments).map(({ component }) => component);
  return [
    ...new Set<string>([
      ...SERVICES.map(({ name }) => name),
      ...others.filter((name) => name !== '').sort(),
    ]),
  ];
}

function componentRow(
  component: string,
  { deployments, pods, autoscalers }: Release,
  lag: LagRow | null,
): ComponentRow {
  const deployment = itemsOf(deployments).find((each) => each.component === component);
  const autoscaler = itemsOf(autoscalers).find(
    (each) => each.component === component || each.target === deployment?.name,
  );
  const row = { component, deployment: deployment ? deploymentRow(deployment) : null, lag };
  return {
    ...row,
    pods: 'items' in pods ? podsRow(pods.items.filter((pod) => pod.component === component)) : null,
    autoscaler: autoscaler ? autoscalerRow(autoscaler) : null,
  };
}

const deploymentRow = ({ component: _, ...row }: DeploymentState): DeploymentRow => row;
const autoscalerRow = ({ component: _, target: _target, ...row }: AutoscalerState): AutoscalerRow =>
  row;

const podsRow = (pods: readonly PodState[]): PodsRow => ({
  count: pods.length,
  ready: pods.filter(({ ready }) => ready).length,
  restarts: pods.reduce((sum, { restarts }) => sum + restarts, 0),
  waiting: [...new Set(pods.flatMap(({ waiting }) => waiting ?? []))].sort(),
});
