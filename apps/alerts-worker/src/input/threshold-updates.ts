import { hostname } from 'node:os';
import { ConfigError } from '@iot/config';
import {
  Cluster,
  ConfigMapEvents,
  ConfigMapWatch,
  locate,
  type ConfigMapState,
  type KubernetesEnv,
  type WatchTiming,
} from '@iot/kubernetes';
import type { Logger } from '@iot/service';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import type { AlertsConfig } from '../config.js';
import { thresholdChanges, type Thresholds } from '../core/thresholds.js';
import type { AlertsMetrics } from '../metrics.js';

/** What readings are judged by. */
export interface Judge {
  readonly thresholds: Thresholds;
  judgeBy(next: Thresholds): Promise<void>;
}

/** What this needs to be configured with. */
export type UpdatesConfig = KubernetesEnv &
  Pick<AlertsConfig, 'THRESHOLDS_CONFIGMAP' | 'thresholdVariables'>;

type Metrics = Pick<
  AlertsMetrics,
  'thresholdReloads' | 'thresholdsRejected' | 'thresholdsSince' | 'thresholdsWatched'
>;

const COMPONENT = 'alerts-worker';

/**
 * Puts the thresholds of a ConfigMap in force whenever it is edited. One that is not valid is
 * refused as a whole, and the ones that there were stay; a metric, a log line and an Event on the
 * ConfigMap say so. Without a ConfigMap's name this does nothing.
 */
export class ThresholdUpdates implements OnApplicationBootstrap, OnApplicationShutdown {
  private watch: ConfigMapWatch | undefined;
  private events: ConfigMapEvents | undefined;
  private last: Promise<void> = Promise.resolve();
  private rejected = false;

  constructor(
    private readonly config: UpdatesConfig,
    private readonly judge: Judge,
    private readonly metrics: Metrics,
    private readonly log: Logger,
    private readonly timing?: WatchTiming,
  ) {}

  onApplicationBootstrap(): void {
    const { THRESHOLDS_CONFIGMAP: name } = this.config;
    this.metrics.thresholdsSince.setToCurrentTime();
    if (name === '') return;
    const location = locate(this.config);
    if ('outside' in location)
      return this.log.warn(
        { configmap: name, reason: location.outside },
        'the ConfigMap is not watched; thresholds are those of the environment',
      );
    for (const outcome of ['applied', 'rejected'])
      this.metrics.thresholdReloads.inc({ outcome }, 0);
    const cluster = new Cluster(location);
    this.events = new ConfigMapEvents(cluster, COMPONENT, hostname(), this.log);
    const watching = (failure: Error | undefined): void =>
      this.metrics.thresholdsWatched.set({ configmap: name }, failure ? 0 : 1);
    const changed = (state: ConfigMapState | undefined): void => {
      this.last = this.last
        .then(() => this.take(state))
        .catch((error: Error) =>
          this.log.error({ error: error.message }, 'thresholds are not updated'),
        );
    };
    this.watch = new ConfigMapWatch(cluster, name, { changed, watching }, this.log, this.timing);
    this.watch.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.watch?.stop();
  }

  private async take(state: ConfigMapState | undefined): Promise<void> {
    if (!state)
      return this.log.warn(
        { configmap: this.config.THRESHOLDS_CONFIGMAP },
        'the ConfigMap is not there; the thresholds stay as they are',
      );
    const { name: configmap, resourceVersion } = state;
    let next: Thresholds;
    try {
      next = this.config.thresholdVariables.fromConfigMap(state.data);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      return this.reject(state, error);
    }
    const wasRejected = this.rejected;
    this.noteRejected(false);
    const changes = thresholdChanges(this.judge.thresholds, next);
    // At the start the ConfigMap says what the environment has said already.
    if (changes.length === 0 && !wasRejected) return;
    await this.judge.judgeBy(next);
    this.metrics.thresholdReloads.inc({ outcome: 'applied' });
    this.metrics.thresholdsSince.setToCurrentTime();
    const said = changes.length === 0 ? 'as before the edit that was refused' : changes.join('; ');
    this.log.info(
      { configmap, resourceVersion, changes },
      'thresholds of the ConfigMap are in force',
    );
    await this.events?.write(
      state,
      'Normal',
      'ThresholdsApplied',
      `In force from the next readings on: ${said}`,
    );
  }

  private noteRejected(rejected: boolean): void {
    this.rejected = rejected;
    this.metrics.thresholdsRejected.set(rejected ? 1 : 0);
  }

  private async reject(state: ConfigMapState, error: ConfigError): Promise<void> {
    const errors = error.message.split('\n');
    this.metrics.thresholdReloads.inc({ outcome: 'rejected' });
    this.noteRejected(true);
    this.log.error(
      { configmap: state.name, resourceVersion: state.resourceVersion, errors },
      'thresholds of the ConfigMap are refused; the ones before stay in force. Correct it before this process is started again',
    );
    const why = errors.join('; ');
    await this.events?.write(
      state,
      'Warning',
      'ThresholdsRejected',
      `Refused, and the thresholds before stay in force; to be corrected before a restart. ${why}`,
    );
  }
}
