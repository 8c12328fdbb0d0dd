import { LagReader, type TopicLag } from '@iot/consumer-lag';
import { Cluster, locate, readRelease, type Release } from '@iot/kubernetes';
import { consumersOf } from '@iot/register';
import type { Logger, ServiceInfo } from '@iot/service';
import type { DashboardConfig } from '../config.js';
import { platformOf, type Finding, type ReleaseScope, type Topics } from './core/platform.js';
import { DeadlineExceeded } from '@iot/resilience';
import { Cached } from './cached.js';
import type { Platform } from './platform.model.js';

/** An answer is good for this long, however many ask. */
const KEEP_MS = 5000;
const KAFKA_PATIENCE_MS = 2000;
/** Above the deadline of one call of the API server. */
const CLUSTER_PATIENCE_MS = 4000;

/**
 * Finds out how the services of the installation are doing. Kafka and the Kubernetes API may both
 * be away, refuse, or hang.
 */
export class PlatformReader {
  private readonly lag: LagReader;
  private readonly lags: Cached<TopicLag>;
  private readonly cluster: Cluster | undefined;
  private readonly outside: string = '';
  private readonly releases: Cached<Release & ReleaseScope> | undefined;
  private readonly topics: Topics;

  constructor(
    config: DashboardConfig,
    private readonly info: ServiceInfo,
    log: Logger,
  ) {
    const { PLATFORM_SELECTOR: selector } = config;
    const groups = consumersOf('TELEMETRY_TOPIC').map(
      ({ name, group }) => [name, config[group.variable]] as const,
    );
    this.topics = {
      telemetry: config.TELEMETRY_TOPIC,
      deadLetters: config.DLQ_TOPIC,
      groups: Object.fromEntries(groups),
    };
    const lag = (this.lag = new LagReader(
      config,
      Object.values(this.topics.groups),
      info.service,
      log,
      config.DLQ_TOPIC,
    ));
    this.lags = new Cached(() => lag.read(), KEEP_MS, KAFKA_PATIENCE_MS);
    const location = locate(config);
    if ('outside' in location) {
      this.outside = location.outside;
      return;
    }
    const cluster = (this.cluster = new Cluster(location));
    const { namespace } = cluster;
    this.releases = new Cached(
      async () => ({ ...(await readRelease(cluster, selector)), namespace, selector }),
      KEEP_MS,
      CLUSTER_PATIENCE_MS,
    );
  }

  /** Never throws. */
  async read(): Promise<Platform> {
    // Both clients are large. They are loaded at the first question, and that time is not held
    // against Kafka and the API server.
    await Promise.allSettled([this.lag.load(), this.cluster?.connect()]);
    const [lag, release] = await Promise.all([
      finding(this.lags.get(), 'Kafka'),
      this.releases ? finding(this.releases.get(), 'the API server') : { reason: this.outside },
    ]);
    const { rss, heapUsed } = process.memoryUsage();
    const facts = {
      ...this.info,
      node: process.version,
      uptime_s: Math.round(process.uptime()),
      memory: { rss, heap_used: heapUsed },
    };
    return platformOf(facts, this.topics, lag, release);
  }
}

async function finding<T>(question: Promise<T>, who: string): Promise<Finding<T>> {
  try {
    return { value: await question };
  } catch (error) {
    const { message } = error as Error;
    return {
      reason:
        error instanceof DeadlineExceeded
          ? `${who} does not answer: ${message}`
          : `${who} cannot be asked: ${message}`,
    };
  }
}
