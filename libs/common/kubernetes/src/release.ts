import type { V1Deployment, V1Pod, V2HorizontalPodAutoscaler } from '@kubernetes/client-node';
import { autoscalerMetrics, type AutoscalerMetric } from './autoscaler-metrics.js';
import type { Cluster } from './cluster.js';
import { failureOf, type KubernetesFailure } from './failure.js';

/** How a Deployment stands. Times are RFC 3339. */
export interface DeploymentState {
  readonly name: string;
  readonly component: string;
  readonly desired: number;
  readonly ready: number;
  readonly available: number;
  /** Pods of the newest revision. */
  readonly updated: number;
  readonly images: readonly string[];
  readonly rollout: {
    /** Grows with every change of the pod template; null: not known yet. */
    readonly revision: number | null;
    readonly state: 'complete' | 'progressing' | 'failed';
    /** When it was completed, or made its last progress; null: not known. */
    readonly at: string | null;
  };
}

/** How a pod stands. */
export interface PodState {
  readonly name: string;
  readonly component: string;
  readonly phase: string;
  readonly ready: boolean;
  readonly restarts: number;
  /**
   * Why a container of it does not run, such as CrashLoopBackOff; null: all run, or nobody knows.
   */
  readonly waiting: string | null;
}

/** How a HorizontalPodAutoscaler stands. */
export interface AutoscalerState {
  readonly name: string;
  readonly component: string;
  /** The Deployment that it scales. */
  readonly target: string;
  readonly min: number;
  readonly max: number;
  readonly current: number;
  readonly desired: number;
  readonly metrics: readonly AutoscalerMetric[];
}

/** What was read, or why not. */
export type Part<T> = { readonly items: readonly T[] } | { readonly failure: KubernetesFailure };

/** The objects of one release. Each part may fail by itself. */
export interface Release {
  readonly deployments: Part<DeploymentState>;
  readonly pods: Part<PodState>;
  readonly autoscalers: Part<AutoscalerState>;
}

const COMPONENT_LABEL = 'app.kubernetes.io/component';
const REVISION = 'deployment.kubernetes.io/revision';

/**
 * Reads what carries the labels, from the API server's cache: three cheap requests. Never throws.
 */
export async function readRelease(cluster: Cluster, labelSelector: string): Promise<Release> {
  const { namespace } = cluster;
  const query = { namespace, labelSelector, resourceVersion: '0' };
  const may = (resource: string) => `list ${resource} in namespace ${namespace}`;
  const [deployments, pods, autoscalers] = await Promise.all([
    part(deploymentState, () =>
      cluster.call(may('deployments.apps'), ({ apps }, options) =>
        apps.listNamespacedDeployment(query, options),
      ),
    ),
    part(podState, () =>
      cluster.call(may('pods'), ({ core }, options) => core.listNamespacedPod(query, options)),
    ),
    part(autoscalerState, () =>
      cluster.call(may('horizontalpodautoscalers.autoscaling'), ({ autoscaling }, options) =>
        autoscaling.listNamespacedHorizontalPodAutoscaler(query, options),
      ),
    ),
  ]);
  return { deployments, pods, autoscalers };
}

async function part<O, T>(
  stateOf: (object: O) => T,
  list: () => Promise<{ items: O[] }>,
): Promise<Part<T>> {
  try {
    return { items: (await list()).items.map(stateOf) };
  } catch (error) {
    return { failure: failureOf(error, 'list') };
  }
}

function deploymentState({ metadata, spec, status }: V1Deployment): DeploymentState {
  const [desired, updated, available] = [
    spec?.replicas ?? 1,
    status?.updatedReplicas ?? 0,
    status?.availableReplicas ?? 0,
  ];
  const progressing = status?.conditions?.find(({ type }) => type === 'Progressing');
  const seen = (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 0);
  const complete =
    seen && updated >= desired && available >= desired && (status?.replicas ?? 0) === updated;
  return {
    name: metadata?.name ?? '',
    component: componentOf(metadata?.labels),
    desired,
    ready: status?.readyReplicas ?? 0,
    available,
    updated,
    images: (spec?.template.spec?.containers ?? []).map(({ image }) => image ?? ''),
    rollout: {
      revision:
        metadata?.annotations?.[REVISION] === undefined
          ? null
          : Number(metadata.annotations[REVISION]),
      state:
        progressing?.reason === 'ProgressDeadlineExceeded'
          ? 'failed'
          : complete
            ? 'complete'
            : 'progressing',
      at: timeOf(progressing?.lastUpdateTime),
    },
  };
}

function podState({ metadata, status }: V1Pod): PodState {
  const containers = status?.containerStatuses ?? [];
  const idle = [...(status?.initContainerStatuses ?? []), ...containers].find(
    ({ state }) => state?.waiting?.reason,
  );
  return {
    name: metadata?.name ?? '',
    component: componentOf(metadata?.labels),
    phase: status?.phase ?? 'Unknown',
    ready:
      status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ??
      false,
    restarts: containers.reduce((sum, { restartCount }) => sum + restartCount, 0),
    waiting: idle?.state?.waiting?.reason ?? null,
  };
}

function autoscalerState({ metadata, spec, status }: V2HorizontalPodAutoscaler): AutoscalerState {
  return {
    name: metadata?.name ?? '',
    component: componentOf(metadata?.labels),
    target: spec?.scaleTargetRef.name ?? '',
    min: spec?.minReplicas ?? 1,
    max: spec?.maxReplicas ?? 0,
    current: status?.currentReplicas ?? 0,
    desired: status?.desiredReplicas ?? 0,
    metrics: autoscalerMetrics(spec?.metrics ?? [], status?.currentMetrics ?? []),
  };
}

const componentOf = (labels: Record<string, string> | undefined): string =>
  labels?.[COMPONENT_LABEL] ?? '';

/** The client gives times as dates; what is no time comes as an invalid one. */
function timeOf(time: Date | undefined): string | null {
  return time === undefined || Number.isNaN(time.getTime()) ? null : time.toISOString();
}
