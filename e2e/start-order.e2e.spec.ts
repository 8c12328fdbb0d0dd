import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts, serviceProcess, startKafka, startMongo, startMqtt } from '@iot/local-stack';
import { eventually, SERVICES } from './platform.js';

it('the services wait for Kafka, MongoDB and the MQTT broker, say so, and go on when they come', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'iot-e2e-'));
  const [kafkaPort, mongoPort, mqttPort, ...ports] = (await freePorts(3 + SERVICES.length)) as [
    number,
    number,
    number,
    ...number[],
  ];
  const env = {
    KAFKA_BOOTSTRAP_SERVERS: `127.0.0.1:${kafkaPort}`,
    MONGO_URL: `mongodb://127.0.0.1:${mongoPort}`,
    MQTT_URL: `mqtt://127.0.0.1:${mqttPort}`,
    MONGO_TIMEOUT_MS: '1000',
    SESSION_TIMEOUT_MS: '6000',
  };
  const services = SERVICES.map((name, i) => serviceProcess({ name, port: ports[i]!, env }));
  const ready = async (url: string) => {
    const response = await fetch(`${url}/health/ready`);
    return { status: response.status, text: await response.text() };
  };
  const starting = Promise.allSettled(services.map((service) => service.process.start()));
  const down: { stop(): Promise<void> }[] = [];
  try {
    for (const { url } of services) {
      await eventually(
        `${url} answers`,
        async () => (await fetch(`${url}/health/live`)).ok,
        60_000,
      );
      const { status, text } = await ready(url);
      expect(status).toBe(503);
      expect(text).toMatch(/"name":"(kafka|mongodb)","status":"down","reason":"[^"]+"/);
    }
    const refused = await fetch(`${services[SERVICES.indexOf('ingestion-api')]!.url}/ingest`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"device_id":"early","humidity":1}',
    });
    expect(refused.status).toBe(503);

    down.push(await startMongo({ dataDir: join(dataDir, 'mongo'), port: mongoPort }));
    await eventually(
      'the dashboard is ready',
      async () => (await ready(services[SERVICES.indexOf('dashboard-api')]!.url)).status === 200,
    );
    expect((await ready(services[SERVICES.indexOf('aggregator-worker')]!.url)).status).toBe(503);

    down.push(await startKafka({ dataDir: join(dataDir, 'kafka'), port: kafkaPort }));
    const gateway = services[SERVICES.indexOf('mqtt-gateway')]!.url;
    await eventually('the gateway waits for its broker', async () =>
      /"name":"kafka","status":"up".*"name":"mqtt","status":"down"/.test(
        (await ready(gateway)).text,
      ),
    );
    down.push(await startMqtt({ dataDir: join(dataDir, 'mqtt'), port: mqttPort, embedded: true }));
    for (const { url } of services)
      await eventually(
        `${url} is ready`,
        async () => (await ready(url)).status === 200 || (await ready(url)).text,
      );
    const url = services[SERVICES.indexOf('ingestion-api')]!.url;
    const accepted = await fetch(`${url}/ingest`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"device_id":"early","humidity":1}',
    });
    expect(accepted.status).toBe(202);
    const dashboard = services[SERVICES.indexOf('dashboard-api')]!.url;
    await eventually(
      'the reading is rolled up',
      async () =>
        (
          (await (await fetch(`${dashboard}/devices/early/aggregates`)).json()) as {
            data: unknown[];
          }
        ).data.length === 3,
    );
  } finally {
    await starting;
    await Promise.all(services.map((service) => service.stop()));
    await Promise.all(down.map((backend) => backend.stop()));
    await rm(dataDir, { recursive: true, force: true });
  }
}, 240_000);
