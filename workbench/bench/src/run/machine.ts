import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, release, totalmem, type as osType } from 'node:os';
import { join } from 'node:path';
import { workspaceRoot } from '@iot/local-stack';
import type { Machine } from '../core/results.js';

const versionOf = (name: string): string =>
  (
    JSON.parse(
      readFileSync(join(workspaceRoot(), 'node_modules', name, 'package.json'), 'utf8'),
    ) as { version: string }
  ).version;

function javaVersion(): string {
  try {
    return (
      /version "([^"]+)"|^\S+ ([\d.]+)/m
        .exec(execFileSync('java', ['--version'], { encoding: 'utf8' }))
        ?.slice(1)
        .find(Boolean) ?? 'unknown'
    );
  } catch {
    return 'unknown';
  }
}

/** The version of a backend in the pom that says what is fetched. */
function backendVersion(artifact: string): string {
  const pom = readFileSync(join(workspaceRoot(), 'workbench/local-stack/backends/pom.xml'), 'utf8');
  return (
    new RegExp(`<artifactId>${artifact}</artifactId>\\s*<version>([^<]+)`).exec(pom)?.[1] ??
    'unknown'
  );
}

export function thisMachine(): Machine {
  const [first] = cpus();
  return {
    cpu: first?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    os: `${osType()} ${release()}`,
    versions: {
      'Node.js': process.version.slice(1),
      kafkajs: versionOf('kafkajs'),
      'mongodb driver': versionOf('mongodb'),
      'Apache Kafka': backendVersion('kafka_2.13'),
      'mongo-java-server': backendVersion('mongo-java-server'),
      Java: javaVersion(),
    },
  };
}
