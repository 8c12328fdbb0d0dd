/**
 * `tsc -b` as an executor of Nx. All tasks of a run that are not cached share one process: what they
 * have in common, which is most of what a compiler reads, is read and checked once.
 */
import { join } from 'node:path';
import ts from 'typescript';

/** One project: `nx build x --batch=false`. */
export default async function one({ config }, { root }) {
  const { said } = compile(root, [config]).get(join(root, config)) ?? { said: '' };
  if (said) console.error(said);
  return { success: said === '' };
}

/** All of them. One that has errors keeps none of the others from being compiled. */
export async function* inOneProcess(graph, options, _overrides, { root }) {
  const tasks = Object.keys(graph.tasks);
  const built = compile(
    root,
    tasks.map((task) => options[task].config),
  );
  const now = Date.now();
  for (const task of tasks) {
    // What is not there was up to date.
    const untouched = { said: '', startTime: now, endTime: now };
    const { said, ...times } = built.get(join(root, options[task].config)) ?? untouched;
    yield { task, result: { success: said === '', terminalOutput: said, ...times } };
  }
}

/**
 * Builds these configurations and those that they refer to.
 * @returns by path of each configuration that was not up to date: { said, startTime, endTime },
 *   where `said` is empty when there was nothing to say, and times are in ms
 */
function compile(root, configs) {
  const said = [];
  const format = {
    getCanonicalFileName: (name) => name,
    getCurrentDirectory: () => root,
    getNewLine: () => '\n',
  };
  const host = ts.createSolutionBuilderHost(ts.sys, undefined, (diagnostic) =>
    said.push(ts.formatDiagnosticsWithColorAndContext([diagnostic], format)),
  );
  const builder = ts.createSolutionBuilder(
    host,
    configs.map((config) => join(root, config)),
    {},
  );
  const built = new Map();
  for (;;) {
    const startTime = Date.now();
    const next = builder.getNextInvalidatedProject();
    if (!next) return built;
    // What says nothing but whether types are right leaves nothing behind.
    const { noEmit, incremental } = next.getCompilerOptions?.() ?? {};
    next.done(undefined, noEmit && !incremental ? () => undefined : undefined);
    built.set(next.project, { said: said.splice(0).join(''), startTime, endTime: Date.now() });
  }
}
