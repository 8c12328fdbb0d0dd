/** `tsc -b` of many configurations, in a process of its own, as it computes for a minute. */
import { fork } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/**
 * Builds these configurations and those that they refer to.
 * @returns what there is to say of each, in their order; empty where all is well
 */
export function compile(root, configs) {
  const child = fork(fileURLToPath(import.meta.url), { execArgv: [] });
  child.send({ root, configs });
  return new Promise((resolve) => {
    child.once('message', resolve);
    child.once('exit', (code, signal) =>
      resolve(configs.map(() => `The compiler ended with ${code ?? signal}.\n`)),
    );
  });
}

function build(root, configs) {
  const said = [];
  const format = {
    getCanonicalFileName: (name) => name,
    getCurrentDirectory: () => root,
    getNewLine: () => '\n',
  };
  const host = ts.createSolutionBuilderHost(ts.sys, undefined, (diagnostic) =>
    said.push(ts.formatDiagnosticsWithColorAndContext([diagnostic], format)),
  );
  const paths = configs.map((config) => join(root, config));
  const builder = ts.createSolutionBuilder(host, paths, {});
  const built = new Map();
  for (;;) {
    const next = builder.getNextInvalidatedProject();
    // What is not there was up to date.
    if (!next) return paths.map((path) => built.get(path) ?? '');
    // What says nothing but whether types are right leaves nothing behind.
    const { noEmit, incremental } = next.getCompilerOptions?.() ?? {};
    next.done(undefined, noEmit && !incremental ? () => undefined : undefined);
    built.set(next.project, said.splice(0).join(''));
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  process.once('message', ({ root, configs }) =>
    process.send(build(root, configs), () => process.exit()),
  );
