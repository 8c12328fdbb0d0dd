import type { Logger } from 'pino';
import type { Cluster } from './cluster.js';
import type { ConfigMapState } from './config-map-watch.js';

/** Kubernetes refuses longer ones. */
const MAX_MESSAGE = 1024;

/** Writes Events on a ConfigMap, for `kubectl describe` and `kubectl get events`. */
export class ConfigMapEvents {
  private refused: string | undefined;

  /**
   * @param component who reports, such as `alerts-worker`
   * @param instance which of them: the name of the pod
   */
  constructor(
    private readonly cluster: Cluster,
    private readonly component: string,
    private readonly instance: string,
    private readonly log: Logger,
  ) {}

  /** Never throws: an Event that cannot be written is said once in the log, and missing. */
  async write(
    on: ConfigMapState,
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
    now = new Date(),
  ): Promise<void> {
    const { namespace } = this.cluster;
    const { name, uid, resourceVersion } = on;
    const body = {
      metadata: { generateName: `${name}.`, namespace },
      involvedObject: {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        name,
        namespace,
        uid,
        resourceVersion,
      },
      type,
      reason,
      message: message.length <= MAX_MESSAGE ? message : `${message.slice(0, MAX_MESSAGE - 1)}…`,
      source: { component: this.component },
      reportingComponent: this.component,
      reportingInstance: this.instance,
      firstTimestamp: now,
      lastTimestamp: now,
      count: 1,
    };
    try {
      await this.cluster.call(`create events in namespace ${namespace}`, ({ core }, options) =>
        core.createNamespacedEvent({ namespace, body }, options),
      );
      this.refused = undefined;
    } catch (error) {
      const { message: why } = error as Error;
      if (why !== this.refused)
        this.log.warn({ configmap: name, error: why }, 'cannot write an Event');
      this.refused = why;
    }
  }
}
