/**
 * The executor of the targets build, types and lint. All tasks of a run that are not cached share a
 * process of the compiler, one of ESLint and one of Prettier: what projects have in common, which is
 * most of what these read, is read once. It is one executor for all three, as Nx runs the tasks of
 * one executor together, and nothing beside them.
 */
import { compile } from './compile.mjs';
import { lint } from './lint.mjs';

/** One task: `nx build x --batch=false`. */
export default async function one(options, { root }) {
  const [said] = await saidOf([options], root);
  if (said) console.error(said);
  return { success: said === '' };
}

/** All of them. One that fails keeps none of the others from being checked. */
export async function* together(graph, options, _overrides, { root }) {
  const tasks = Object.keys(graph.tasks);
  const startTime = Date.now();
  const said = await saidOf(
    tasks.map((task) => options[task]),
    root,
  );
  const times = { startTime, endTime: Date.now() };
  for (const [i, task] of tasks.entries())
    yield { task, result: { success: said[i] === '', terminalOutput: said[i], ...times } };
}

/** @returns what there is to say of each, in their order; empty where all is well */
async function saidOf(all, root) {
  const configs = all.flatMap(({ config }) => config ?? []);
  const folders = all.flatMap(({ folder }) => folder ?? []);
  const [compiled, linted] = await Promise.all([
    configs.length > 0 ? compile(root, configs) : [],
    folders.length > 0 ? lint(root, folders) : [],
  ]);
  return all.map(({ config }) => (config === undefined ? linted : compiled).shift());
}
