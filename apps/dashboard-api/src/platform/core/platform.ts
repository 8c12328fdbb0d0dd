import type { TopicLag } from '@iot/consumer-lag';
import type { AutoscalerState, DeploymentState, Part, PodState, Release } from '@iot/kubernetes';
import { SERVICES } from '@iot/register';
import type {
  ConsumerLag,
  Platform,
  PlatformAutoscaler,
  PlatformComponent,
  PlatformDeployment,
  PlatformPods,
  PlatformProcess,
} from '../platform.model.js';

/** What was found out, or why not. */
export type Finding<T> = { readonly value: T } | { readonly reason: string };

/** Where the release is looked for. */
export interface ReleaseScope {
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
  process: PlatformProcess,
  topics: Topics,
  lag: Finding<TopicLag>,
  release: Finding<Release & ReleaseScope>,
): Platform {
  const groups = 'value' in lag ? lag.value.groups.map(lagRow) : null;
  const kafka = {
    telemetry_topic: topics.telemetry,
    dlq_topic: topics.deadLetters,
    partitions: 'value' in lag ? lag.value.partitions : null,
    groups,
    ends: 'value' in lag ? lag.value.ends : null,
    dead_letters: 'value' in lag ? (lag.value.kept ?? null) : null,
    measured_at: 'value' in lag ? new Date(lag.value.at).toISOString() : null,
    reason: 'reason' in lag ? lag.reason : null,
  };
  if ('reason' in release) return { process, kafka, cluster: null, reason: release.reason };
  const { namespace, selector, ...found } = release.value;
  const reason = wholeFailure(found);
  if (reason !== null) return { process, kafka, cluster: null, reason };
  const lagOf = (component: string): ConsumerLag | null =>
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

const lagRow = ({
  group,
  members,
  records,
  byPartition,
}: TopicLag['groups'][number]): ConsumerLag => ({
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
  lag: ConsumerLag | null,
): PlatformComponent {
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

const deploymentRow = ({ component: _, ...row }: DeploymentState): PlatformDeployment => row;
const autoscalerRow = ({
  component: _,
  target: _target,
  ...row
}: AutoscalerState): PlatformAutoscaler => row;

const podsRow = (pods: readonly PodState[]): PlatformPods => ({
  count: pods.length,
  ready: pods.filter(({ ready }) => ready).length,
  restarts: pods.reduce((sum, { restarts }) => sum + restarts, 0),
  waiting: [...new Set(pods.flatMap(({ waiting }) => waiting ?? []))].sort(),
});
