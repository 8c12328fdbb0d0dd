import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SERVICES } from '@iot/register';
import { loadAll } from 'js-yaml';
import { CHART, describeWithHelm, type Manifest } from './chart.js';

const K8S = join(CHART, '..', '..', 'k8s');

describeWithHelm('the plain manifests', () => {
  it('are what the chart renders now (node k8s/render.mjs renews them)', () => {
    const { status, stderr } = spawnSync(process.execPath, [join(K8S, 'render.mjs'), '--check'], {
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([0, '']);
  });
});

describe('k8s/deploy.sh', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'iot-deploy-'));
    // In place of kubectl: a cluster that takes everything, and keeps what it was given.
    const kubectl = join(folder, 'kubectl');
    const script = `#!/usr/bin/env bash
      [ "$1" != --namespace ] || shift 2
      echo "$*" >> ${folder}/calls
      case "$1 $2 $3" in
        kustomize*) for file in "$2"/*.yaml; do case $file in */kustomization.yaml) ;; *) echo ---; cat "$file" ;; esac; done ;;
        "apply -f -") cat > ${folder}/applied; echo "\${APPLY_SAYS:-deployment.apps/a created}" ;;
        "delete --ignore-not-found --wait=true") cat > ${folder}/deleted ;;
        "get --ignore-not-found job/iot-telemetry-auth-secret") echo "$JOB_RAN" ;;
        "get statefulset,deployment "*) echo deployment.apps/iot-telemetry-ingestion-api ;;
        "rollout status "*) exit \${ROLLOUT_ENDS:-0} ;;
      esac`;
    writeFileSync(kubectl, script);
    chmodSync(kubectl, 0o755);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function deploy(args: string[], env: NodeJS.ProcessEnv = {}) {
    writeFileSync(join(folder, 'calls'), '');
    const { status, stdout, stderr } = spawnSync(join(K8S, 'deploy.sh'), args, {
      encoding: 'utf8',
      env: { ...env, PATH: `${folder}:${process.env['PATH']}` },
    });
    return { status, stdout, stderr, calls: readFileSync(join(folder, 'calls'), 'utf8') };
  }
  const objects = (name: string): Manifest[] =>
    (loadAll(readFileSync(join(folder, name), 'utf8')) as Manifest[]).filter(
      (it) => it !== null && it !== undefined,
    );
  const names = (name: string, kind: string): string[] =>
    objects(name)
      .filter((it) => it.kind === kind)
      .map((it) => it.metadata.name);
  const DEPLOYMENTS = SERVICES.filter(({ optional }) => !optional)
    .map(({ name }) => `iot-telemetry-${name}`)
    .sort();

  it('brings Kafka and MongoDB along, waits, and says where the platform is', () => {
    const { status, stdout, calls } = deploy([]);
    expect([status, stdout]).toEqual([
      0,
      expect.stringContaining('port-forward service/iot-telemetry-ingestion-api 8001:80'),
    ]);
    expect(names('applied', 'Deployment')).toEqual(DEPLOYMENTS);
    expect(names('applied', 'StatefulSet')).toEqual(['iot-telemetry-kafka', 'iot-telemetry-mongo']);
    expect(calls).toContain(
      'rollout status deployment.apps/iot-telemetry-ingestion-api --timeout=300s',
    );
    expect(calls).not.toContain('rollout restart');
  });

  it('uses servers and an image of yours, whatever characters their names have', () => {
    const url = 'mongodb+srv://user:p%26w&d@db.example.com/?tls=true&w=majority';
    const { status } = deploy([], {
      KAFKA_BOOTSTRAP_SERVERS: 'a:9093,b:9093',
      MONGO_URL: url,
      IMAGE: 'ghcr.io/example/iot@sha256:0123',
    });
    expect(status).toBe(0);
    expect(names('applied', 'StatefulSet')).toEqual([]);
    const all = objects('applied');
    const { data, stringData } = all.find(({ kind }) => kind === 'Secret')!;
    expect(Buffer.from(data.url, 'base64').toString()).toBe(url);
    // What the server keeps is `data`: with this one, each apply would be a change.
    expect(stringData).toBeUndefined();
    const brokers = all.flatMap(
      ({ kind, data }) => (kind === 'ConfigMap' && data.KAFKA_BOOTSTRAP_SERVERS) || [],
    );
    expect(new Set(brokers)).toEqual(new Set(['a:9093,b:9093']));
    const images = all
      .filter(({ kind }) => kind === 'Deployment')
      .map(({ spec }) => spec.template.spec.containers[0].image);
    expect(new Set(images)).toEqual(new Set(['ghcr.io/example/iot@sha256:0123']));
  });

  it('restarts the pods when their configuration changed, and not for the thresholds', () => {
    const restarted = (says: string): boolean =>
      deploy([], { APPLY_SAYS: says }).calls.includes('rollout restart deployment');
    expect(restarted('configmap/iot-telemetry-ingestion-api configured')).toBe(true);
    expect(restarted('secret/iot-telemetry-mongo configured')).toBe(true);
    expect(
      restarted('configmap/iot-telemetry-thresholds configured\ndeployment.apps/a configured'),
    ).toBe(false);
    expect(restarted('configmap/iot-telemetry-ingestion-api unchanged')).toBe(false);
  });

  it('makes room for the Job that makes secrets when it ran with another image', () => {
    const removed = (env: NodeJS.ProcessEnv): boolean =>
      deploy([], env).calls.includes('delete --ignore-not-found job/iot-telemetry-auth-secret');
    expect(removed({})).toBe(false);
    expect(removed({ JOB_RAN: 'iot-telemetry:0.1.0' })).toBe(false);
    expect(removed({ JOB_RAN: 'iot-telemetry:0.0.9' })).toBe(true);
    expect(removed({ JOB_RAN: 'iot-telemetry:0.1.0', IMAGE: 'example/iot:2' })).toBe(true);
    expect(removed({ JOB_RAN: 'example/iot:2', IMAGE: 'example/iot:2' })).toBe(false);
  });

  it('says what it sees when not everything runs', () => {
    const { status, stderr, calls } = deploy(['--timeout', '7'], { ROLLOUT_ENDS: '1' });
    expect([status, stderr]).toEqual([1, expect.stringContaining('not everything runs after 7 s')]);
    expect(calls).toMatch(/^get pods$/m);
    expect(calls).toMatch(/^get events /m);
  });

  it('takes all of it away again', () => {
    const { status, calls } = deploy(['--delete']);
    expect(status).toBe(0);
    expect(names('deleted', 'Deployment')).toEqual(DEPLOYMENTS);
    expect(calls).toMatch(/^delete --ignore-not-found --timeout=300s -f .*namespace\.yaml$/m);
  });

  it.each([
    [['--wat'], {}, 'unknown option --wat'],
    [['--timeout', 'soon'], {}, "--timeout is 'soon'; allowed: a number of seconds"],
    [
      [],
      { KAFKA_BOOTSTRAP_SERVERS: 'kafka' },
      "KAFKA_BOOTSTRAP_SERVERS is 'kafka'; allowed: host:port",
    ],
    [[], { MONGO_URL: 'mongodb://a"b' }, 'MONGO_URL is not usable'],
    [[], { IMAGE: 'a b' }, "IMAGE is 'a b'; allowed"],
  ])('refuses %j %j', (args, env, says) => {
    const { status, stderr, calls } = deploy(args, env);
    expect([status, stderr, calls]).toEqual([1, expect.stringContaining(says), '']);
  });

  it('has nothing that no kustomization names', () => {
    for (const folder of ['platform', 'backends']) {
      const [{ resources }] = loadAll(
        readFileSync(join(K8S, folder, 'kustomization.yaml'), 'utf8'),
      ) as Manifest[];
      expect(readdirSync(join(K8S, folder)).sort()).toEqual(
        [...resources, 'kustomization.yaml'].sort(),
      );
    }
  });
});
