import { describeWithHelm, render, TWO_VALUES } from './chart.js';

/** Each with what is set besides the two addresses, and the sentence that must come. */
const REFUSED: readonly (readonly [what: string, set: string, says: string])[] = [
  [
    'several MQTT gateways that share nothing',
    'mqtt.enabled=true,mqtt.replicas=2,mqtt.config.MQTT_URL=mqtt://broker:1883',
    'mqtt.replicas is 2 and mqtt.config.MQTT_GROUP is not set: each gateway would take',
  ],
  [
    'a Kafka address is missing',
    'kafka.bootstrapServers=',
    'kafka.bootstrapServers is not set. Set it to your brokers',
  ],
  [
    'a MongoDB address is missing',
    'mongo.url=',
    'mongo.url and mongo.existingSecret are not set. Set mongo.url to a connection string',
  ],
  [
    'two MongoDB addresses',
    'mongo.existingSecret=mongo',
    'mongo.url and mongo.existingSecret (mongo) are both set. Set one of them.',
  ],
  [
    'two Kafkas',
    'dev.kafka.enabled=true',
    'kafka.bootstrapServers is "kafka:9092" and dev.kafka.enabled is true. Leave bootstrapServers empty',
  ],
  [
    'two MongoDBs',
    'dev.mongo.enabled=true',
    'dev.mongo.enabled is true, and so is a MongoDB of yours set. Leave mongo.url',
  ],
  [
    'SASL without a Secret',
    'kafka.sasl.mechanism=plain',
    'kafka.sasl.existingSecret is not set. Set it to the name of a Secret',
  ],
  [
    'a SASL Secret without a mechanism',
    'kafka.sasl.existingSecret=user',
    'kafka.sasl.mechanism is not set. Set it to plain, scram-sha-256 or',
  ],
  [
    'certificates without TLS',
    'kafka.tls.existingSecret=ca',
    'kafka.tls.enabled is false. Set it to true',
  ],
  [
    'half a client certificate',
    'kafka.tls.enabled=true,kafka.tls.existingSecret=ca,kafka.tls.certKey=a',
    'Set both for mutual TLS, or neither.',
  ],
  [
    'a client certificate from nowhere',
    'kafka.tls.enabled=true,kafka.tls.certKey=a,kafka.tls.keyKey=b',
    'Set it to the Secret that holds the',
  ],
  [
    'HPA and ScaledObject on one Deployment',
    'aggregator.keda.enabled=true',
    'aggregator.autoscaling.enabled and aggregator.keda.enabled are both true, and two autoscalers of one Deployment work against each other. Set one',
  ],
  [
    'more consumers than partitions, by the HPA',
    'aggregator.autoscaling.maxReplicas=13',
    'aggregator.autoscaling.maxReplicas is 13, and the telemetry topic has 12 partitions: a consumer without a partition does nothing. Set it to at most 12',
  ],
  [
    'more consumers than partitions, by KEDA',
    'alerts.keda.enabled=true,alerts.keda.maxReplicas=13',
    'alerts.keda.maxReplicas is 13, and the telemetry topic has 12 partitions',
  ],
  [
    'more consumers than partitions, fixed',
    'alerts.replicas=13',
    'alerts.replicas is 13, and the telemetry topic has 12 partitions',
  ],
  [
    'a minimum above the maximum',
    'ingestion.autoscaling.minReplicas=11',
    'ingestion.autoscaling.minReplicas is 11, above maxReplicas, 10. Set a maximum that is not below the minimum.',
  ],
  [
    'an autoscaler without a measure',
    'dashboard.autoscaling.cpuUtilization=null,dashboard.autoscaling.memoryUtilization=null',
    'dashboard.autoscaling has neither cpuUtilization nor memoryUtilization nor metrics of yours. Set at least one of them',
  ],
  [
    'thresholds the wrong way round',
    'thresholds.TEMP_MIN_THRESHOLD=50',
    'thresholds.TEMP_MIN_THRESHOLD is 50, and thresholds.TEMP_MAX_THRESHOLD is 50. Set a minimum below the maximum.',
  ],
  [
    'a tag that moves',
    'image.tag=latest',
    'image.tag is latest: what runs would change with any restart. Set it to a version',
  ],
  [
    'a buffer that no batch fits',
    'ingestion.config.MAX_BATCH_BYTES=40000000',
    'INGEST_BUFFER_BYTES is 67108864, and a batch may have 40000000',
  ],
  [
    'an Ingress without a host',
    'ingress.enabled=true',
    'ingress.ingestion.host is not set. Set it to the name that clients use',
  ],
  [
    'an Ingress behind which all log in from one address',
    'ingress.enabled=true,ingress.ingestion.host=a,ingress.dashboard.host=a',
    'ingress.enabled is true and dashboard.config.TRUSTED_PROXIES is not set: everybody would log in',
  ],
  [
    'a Gateway behind which all log in from one address',
    'httpRoute.enabled=true,httpRoute.parentRefs[0].name=public,httpRoute.ingestion.hostnames={a},httpRoute.dashboard.hostnames={a}',
    'httpRoute.enabled is true and dashboard.config.TRUSTED_PROXIES is not set',
  ],
  [
    'a name that no Service may have',
    'fullnameOverride=1iot.v2',
    'would begin with "1iot.v2", by fullnameOverride, and a Service\'s name has lower-case letters',
  ],
  [
    'a label that selectors go by',
    'podDefaults.podLabels.app\\.kubernetes\\.io/name=x',
    'podDefaults.podLabels has app.kubernetes.io/name: that label says which pods belong to what',
  ],
  [
    'a ScaledObject without a trigger',
    'alerts.keda.enabled=true,alerts.keda.kafka.enabled=false',
    'alerts.keda.enabled is true, and nothing is there to scale by',
  ],
  [
    'a route without a Gateway',
    'httpRoute.enabled=true',
    'httpRoute.enabled is true and httpRoute.parentRefs is empty',
  ],
  [
    'a route without a host name',
    'httpRoute.enabled=true,httpRoute.parentRefs[0].name=public',
    'httpRoute.ingestion.hostnames is empty',
  ],
  [
    'a change of an alert that there is not',
    'monitoring.rules.alerts.IotLag.enabled=false',
    'monitoring.rules.alerts has IotLag, and there is no such alert. There are: IotAlertRulesRefused',
  ],
  [
    'a bound of an alert that has none',
    'monitoring.rules.alerts.IotServiceMissing.bound=2',
    'IotServiceMissing.bound is set, and that alert is not about passing a number',
  ],
  [
    'two monitors',
    'monitoring.podMonitor.enabled=true,monitoring.serviceMonitor.enabled=true',
    'Set one of them to false.',
  ],
  [
    'an unknown key',
    'ingestion.replica=2',
    "at '/ingestion': additional properties 'replica' not allowed",
  ],
  ['an unknown top-level key', 'ingest.replicas=2', "additional properties 'ingest' not allowed"],
  [
    'an unknown variable',
    'ingestion.config.MAX_BATCH_BYTE=1',
    "at '/ingestion/config': additional properties 'MAX_BATCH_BYTE' not allowed",
  ],
  [
    'an unknown threshold',
    'thresholds.TEMP_MAX=1',
    "at '/thresholds': additional properties 'TEMP_MAX' not allowed",
  ],
  [
    'a threshold that is taken away',
    'thresholds.TEMP_MAX_THRESHOLD=null',
    "at '/thresholds': missing property 'TEMP_MAX_THRESHOLD'",
  ],
  ['a wrong type', 'kafka.partitions=twelve', "at '/kafka/partitions': got string, want integer"],
  [
    'a negative replica count',
    'ingestion.replicas=-1',
    "at '/ingestion/replicas': minimum: got -1, want 0",
  ],
  [
    'no replica for an HPA',
    'ingestion.autoscaling.minReplicas=0',
    "at '/ingestion/autoscaling/minReplicas': minimum: got 0, want 1",
  ],
  [
    'a budget that blocks every drain',
    'ingestion.podDisruptionBudget.maxUnavailable=0',
    '/ingestion/podDisruptionBudget/maxUnavailable',
  ],
  ['an address without a port', 'kafka.bootstrapServers=kafka', "at '/kafka/bootstrapServers'"],
  ['a MongoDB address of another kind', 'mongo.url=postgres://db', "at '/mongo/url'"],
  [
    'a quantity that is none',
    'ingestion.resources.limits.memory=1GB',
    '/ingestion/resources/limits/memory',
  ],
];

describeWithHelm('values that cannot work', () => {
  it.each(REFUSED)('%s', (_, set, says) => {
    const { ok, error } = render([...TWO_VALUES, '--set', set]);
    expect([ok, error]).toEqual([false, expect.stringContaining(says)]);
  });

  it('are refused for nothing else', () => {
    expect(render(TWO_VALUES)).toMatchObject({ ok: true, error: '' });
  });

  it('are names of a release that no Service may have, unless fullnameOverride gives another', () => {
    const { error } = render(TWO_VALUES, '1st.iot');
    expect(error).toContain('would begin with "1st.iot-iot-telemetry", by the name of the release');
    expect(render([...TWO_VALUES, '--set', 'fullnameOverride=first'], '1st.iot').error).toBe('');
  });
});
