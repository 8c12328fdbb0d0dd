import { readFile } from 'node:fs/promises';
import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { alertsTopic } from '@iot/alerting';
import { Health } from '@iot/health';
import { BatchConsumer, workerConsumer } from '@iot/kafka';
import { Registry } from '@iot/metrics';
import { ensureNotificationIndexes, Mongo, MongoLifecycle } from '@iot/mongo';
import { LOGGER, type Logger } from '@iot/service';
import { activeTracing } from '@iot/tracing';
import type { NotifierConfig } from './config.js';
import { AllowedHosts } from './core/allowed-hosts.js';
import { Deliveries } from './flow/deliveries.js';
import { DirectoryWatch } from './flow/directory-watch.js';
import { FileWatch } from './flow/file-watch.js';
import { Groups } from './flow/groups.js';
import { Intake } from './flow/intake.js';
import { Life } from './flow/life.js';
import { PostOffice } from './flow/post-office.js';
import { Rounds } from './flow/rounds.js';
import { BatchesController } from './input/batches.controller.js';
import { notifierMetrics, type NotifierMetrics } from './metrics.js';
import { Counts } from './output/counts.js';
import { readDirectory } from './output/directory-reader.js';
import { letGo, syncFile } from './output/file-sync.js';
import { Guard } from './output/guard.js';
import { guardedAgent } from './output/guarded-agent.js';
import { MailSender } from './output/mail-sender.js';
import { MongoNotificationStore } from './output/mongo-store.js';
import { Senders } from './output/senders.js';
import { tracedSender } from './output/traced-sender.js';
import { WebhookSender } from './output/webhook-sender.js';

const METRICS = Symbol('NotifierMetrics');
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** Of a delivery's time: connecting, the answer, and what the process needs around it. */
const LEASE = 3;

/** The notifier's parts and how they hold together. */
@Module({})
export class NotifierModule {
  static forRoot(config: NotifierConfig): DynamicModule {
    const mongo = new Mongo(config, 'notifier');
    const store = new MongoNotificationStore(mongo);
    return {
      module: NotifierModule,
      controllers: [BatchesController],
      providers: [
        { provide: Mongo, useValue: mongo },
        { provide: METRICS, inject: [Registry], useFactory: notifierMetrics },
        {
          provide: Counts,
          inject: [METRICS, LOGGER],
          useFactory: (metrics: NotifierMetrics, log: Logger) => new Counts(mongo, metrics, log),
        },
        {
          provide: MongoLifecycle,
          inject: [Health, LOGGER],
          useFactory: (health: Health, log: Logger) =>
            new MongoLifecycle(mongo, ensureNotificationIndexes, health, log),
        },
        {
          provide: DirectoryWatch,
          inject: [Counts],
          useFactory: (counts: Counts) =>
            new DirectoryWatch(
              () => readDirectory(mongo),
              store,
              (up, error) => counts.directory(up, error),
            ),
        },
        rounds(config, store),
        {
          provide: Intake,
          inject: [DirectoryWatch, Rounds],
          useFactory: (directory: DirectoryWatch, next: Rounds) =>
            new Intake(store, directory, (at) => next.due(at)),
        },
        {
          provide: Life,
          inject: [DirectoryWatch, Rounds, Counts],
          useFactory: (directory: DirectoryWatch, next: Rounds, counts: Counts) =>
            new Life(directory, next, fileWatch(config, mongo, counts), () => letGo(mongo)),
        },
        consumer(config),
      ],
    };
  }
}

const fileWatch = ({ NOTIFY_FILE: path }: NotifierConfig, mongo: Mongo, counts: Counts) =>
  path === ''
    ? undefined
    : new FileWatch({
        read: () => readFile(path, 'utf8'),
        apply: (file) => syncFile(mongo, file, new Date()),
        onOutcome: (problems) => counts.file(problems),
      });

const rounds = (config: NotifierConfig, store: MongoNotificationStore): Provider => ({
  provide: Rounds,
  inject: [DirectoryWatch, Counts, Health],
  useFactory: (directory: DirectoryWatch, counts: Counts, health: Health) => {
    const { NOTIFY_TIMEOUT_MS: timeoutMs } = config;
    const guard = new Guard(new AllowedHosts(config.NOTIFY_ALLOWED_HOSTS));
    const senders = new Senders({
      webhook: new WebhookSender(guardedAgent(guard, timeoutMs), guard, {
        credentialsSecret: config.CREDENTIALS_SECRET,
        env: config.receiverVariables,
        timeoutMs,
      }),
      email: new MailSender(guard, {
        host: config.SMTP_HOST,
        port: config.SMTP_PORT,
        security: config.SMTP_SECURITY,
        username: config.SMTP_USERNAME,
        password: config.SMTP_PASSWORD,
        from: config.SMTP_FROM,
        timeoutMs,
      }),
    });
    const groups = new Groups(
      store,
      directory,
      config.NOTIFICATION_RETENTION_DAYS * DAY_MS,
      counts,
    );
    const deliveries = new Deliveries(
      store,
      directory,
      tracedSender(senders, activeTracing()),
      {
        leaseMs: timeoutMs * LEASE,
        giveUpMs: config.NOTIFY_GIVE_UP_HOURS * HOUR_MS,
        now: Date.now,
        random: Math.random,
      },
      counts,
      (about, outcome) => counts.said(about, outcome),
    );
    const office = new PostOffice(
      store,
      groups,
      deliveries,
      config.NOTIFY_CONCURRENCY,
      () => made.due(0),
      (error) => counts.failed(error),
    );
    const made = new Rounds(office, (error) => counts.failed(error));
    health.add(made);
    return made;
  },
});

/** The topic of alerts in the place of that of readings: all else is the same. */
const consumer = (config: NotifierConfig): Provider => ({
  provide: BatchConsumer,
  inject: [METRICS, Health, LOGGER],
  useFactory: (metrics: NotifierMetrics, health: Health, log: Logger) => {
    const batches = workerConsumer(
      'notifier',
      { ...config, TELEMETRY_TOPIC: config.ALERTS_TOPIC },
      metrics,
      log,
      // What cannot be decoded cannot be decoded later either, and what cannot be delivered has a
      // schedule of its own. One topic is there for dead letters that are redriven.
      Math.min(1, config.MAX_RETRIES),
      // As the alerts worker creates it, whichever of the two is first.
      alertsTopic(config.ALERTS_TOPIC, config.KAFKA_REPLICATION_FACTOR),
    );
    batches.onHandled((topic, partition, next) => batches.commit(topic, partition, next));
    health.add(batches);
    return batches;
  },
});
