import type {
  V2MetricSpec,
  V2MetricStatus,
  V2MetricTarget,
  V2MetricValueStatus,
} from '@kubernetes/client-node';

/** One value that an autoscaler goes by. */
export interface AutoscalerMetric {
  /** `cpu`, `memory`, or the name of a metric. */
  readonly name: string;
  /** `utilization`: percent of what the pods request; `average_value`: per pod; `value`: of all. */
  readonly kind: 'utilization' | 'average_value' | 'value';
  /** A number of percent, or a quantity such as 500m or 64Mi. */
  readonly target: number | string;
  /** Null while the cluster has no value. */
  readonly current: number | string | null;
}

interface Source<V> {
  readonly name: string;
  readonly values: V;
}

/** Each value that is aimed at, with what it is now. */
export function autoscalerMetrics(
  specs: readonly V2MetricSpec[],
  statuses: readonly V2MetricStatus[],
): AutoscalerMetric[] {
  const current = new Map(
    statuses.map((status) => [`${status.type}/${statusOf(status).name}`, statusOf(status).values]),
  );
  return specs.map((spec) => {
    const { name, values: target } = specOf(spec);
    const now = current.get(`${spec.type}/${name}`);
    if (target?.type === 'Utilization')
      return {
        name,
        kind: 'utilization',
        target: target.averageUtilization ?? 0,
        current: now?.averageUtilization ?? null,
      };
    if (target?.type === 'AverageValue')
      return {
        name,
        kind: 'average_value',
        target: target.averageValue ?? '0',
        current: now?.averageValue ?? null,
      };
    return { name, kind: 'value', target: target?.value ?? '0', current: now?.value ?? null };
  });
}

function specOf({
  resource,
  containerResource,
  pods,
  object,
  external,
}: V2MetricSpec): Source<V2MetricTarget | undefined> {
  const named = resource ?? containerResource;
  const measured = pods ?? object ?? external;
  return {
    name: named?.name ?? measured?.metric.name ?? '',
    values: named?.target ?? measured?.target,
  };
}

function statusOf({
  resource,
  containerResource,
  pods,
  object,
  external,
}: V2MetricStatus): Source<V2MetricValueStatus | undefined> {
  const named = resource ?? containerResource;
  const measured = pods ?? object ?? external;
  return {
    name: named?.name ?? measured?.metric.name ?? '',
    values: named?.current ?? measured?.current,
  };
}
