import { corsEnv, kafkaEnv, kubernetesEnv, loadConfig, mongoEnv, readingEnv, serviceEnv, text } from '@iot/common/config';

const PORT = 8002;
const GROUP = { pattern: /^[a-zA-Z0-9._-]{1,200}$/, allowed: 'letters, digits, . _ -' };

/** The environment of this service. */
export const dashboardEnv = {
  ...serviceEnv(PORT),
  ...mongoEnv,
  SENSORS_FILE: readingEnv.SENSORS_FILE,
  ...corsEnv,
  // For what /platform says of the consumers. Everything else works without Kafka.
  ...kafkaEnv,
  AGGREGATOR_GROUP: text({ default: 'aggregator-worker', ...GROUP, desc: 'consumer group of the aggregator' }),
  ALERTS_GROUP: text({ default: 'alerts-worker', ...GROUP, desc: 'consumer group of the alerts worker' }),
  ...kubernetesEnv,
  PLATFORM_SELECTOR: text({
    default: 'app.kubernetes.io/name=iot-telemetry',
    pattern: /^[\w./-]+=[\w./-]+(,[\w./-]+=[\w./-]+)*$/,
    allowed: 'labels such as app.kubernetes.io/instance=iot, comma-separated',
    desc: 'labels of the Kubernetes objects that /platform shows',
  }),
};

export type DashboardConfig = ReturnType<typeof loadConfig<typeof dashboardEnv>>;

/** @throws ConfigError naming every bad variable */
export const dashboardConfig = (env: NodeJS.ProcessEnv = process.env): DashboardConfig => loadConfig(dashboardEnv, env);
