#!/usr/bin/env node
/**
 * `update-kubernetes.mjs v1.34.4`: writes modules/kubernetes/go.mod and go.sum for this version of
 * Kubernetes. Its own go.mod takes the staging modules from folders beside it, which a module that
 * requires it does not see; so each of them is replaced by its published version (v0.34.4 for
 * v1.34.4) here. The other tools are moved by `go get -tool PACKAGE@VERSION && go mod tidy` in
 * their folder under modules/.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROGRAMS = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl'];

const version = process.argv[2] ?? '';
if (!/^v1\.\d+\.\d+$/.test(version)) {
  console.error('usage: update-kubernetes.mjs v1.MINOR.PATCH');
  process.exit(2);
}
const folder = join(dirname(dirname(fileURLToPath(import.meta.url))), 'modules', 'kubernetes');
const go = (...args) =>
  execFileSync('go', args, {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, GOWORK: 'off' },
    maxBuffer: 16 << 20,
  });

writeFileSync(join(folder, 'go.mod'), 'module iot.local/kubernetes\n');
const upstream = readFileSync(
  JSON.parse(go('mod', 'download', '-json', `k8s.io/kubernetes@${version}`)).GoMod,
  'utf8',
);
const staging = [...upstream.matchAll(/^\s*(?:replace\s+)?(\S+) => \.\/staging\//gm)].map(
  ([, module]) => module,
);
const published = version.replace('v1.', 'v0.');
// The language version and the runtime's defaults are upstream's: its programs are meant to run
// with these.
const kept = upstream.split('\n').filter((line) => /^(go|godebug) /.test(line));

writeFileSync(
  join(folder, 'go.mod'),
  [
    'module iot.local/kubernetes',
    ...kept,
    `require k8s.io/kubernetes ${version}`,
    `tool (\n${PROGRAMS.map((name) => `\tk8s.io/kubernetes/cmd/${name}\n`).join('')}\tgo.etcd.io/etcd/server/v3\n\tsigs.k8s.io/kustomize/kustomize/v5\n)`,
    `replace (\n${staging.map((module) => `\t${module} => ${module} ${published}\n`).join('')})`,
    '',
  ].join('\n\n'),
);
rmSync(join(folder, 'go.sum'), { force: true });
go('mod', 'tidy');
