import { figuresOf, METRICS, type BenchResult, type CaseResult } from '../core/results.js';
import { interleave, withRatios, type Sample, type Variant } from './interleave.js';
import type { Lab } from './lab.js';

/** What the command line asked for. */
export interface BenchSettings {
  readonly runs: number;
  /** Size of backlogs; absent: each benchmark's own. */
  readonly events?: number;
  /** Smaller sizes, to see that it works. */
  readonly quick: boolean;
  /** Only this case of a benchmark; its floor is measured all the same. */
  readonly case?: string;
  /** False: no floor, and so no ratios. */
  readonly floor: boolean;
  /** Readings a second of benchmarks that measure under load. */
  readonly rate?: number;
}

/** What a benchmark is given. */
export interface BenchContext {
  readonly settings: BenchSettings;
  readonly lab: Lab;
  /** A line on what goes on. */
  readonly say: (line: string) => void;
}

export interface Bench {
  readonly name: string;
  /** What it measures, in a sentence. */
  readonly about: string;
  /** Cases that can be chosen. */
  readonly cases: readonly string[];
  /** True: it takes long, or much memory, and is no part of `all`. */
  readonly apart?: boolean;
  readonly run: (context: BenchContext) => Promise<Omit<BenchResult, 'name' | 'at'>>;
}

/** The size of a benchmark: what was asked for, or its own, or a tenth of that with `quick`. */
export const sizeOf = ({ events, quick }: BenchSettings, own: number): number =>
  events ?? (quick ? own / 10 : own);

/** The cases that were asked for: the one of that name, or those that contain it. */
export function chosen(
  cases: readonly string[],
  { case: wanted }: Pick<BenchSettings, 'case'>,
): string[] {
  if (wanted === undefined) return [...cases];
  return cases.includes(wanted) ? [wanted] : cases.filter((name) => name.includes(wanted));
}

const RATIOS = { warm_cpu_us: 'warm_ratio', cpu_us: 'ratio' };

/** One line of a sample: its first metrics, as far as they have names. */
export const sampleText = (sample: Sample): string =>
  Object.entries(sample)
    .filter(([metric]) => METRICS[metric])
    .slice(0, 6)
    .map(([metric, value]) => `${value.toFixed(METRICS[metric]!.digits)} ${METRICS[metric]!.title}`)
    .join(', ');

/**
 * Measures the variants in turn, each beside the floor of the same round. `targets` by variant: the
 * most that metrics should be.
 */
export async function measureBesideFloor(
  { settings, say }: BenchContext,
  floor: Variant['measure'] | undefined,
  variants: readonly Variant[],
  options: {
    readonly warmUp?: boolean;
    readonly targets?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  } = {},
): Promise<CaseResult[]> {
  const withFloor =
    settings.floor && floor ? [{ name: 'floor', measure: floor }, ...variants] : variants;
  const samples = await interleave(withFloor, settings.runs, {
    warmUp: options.warmUp ?? false,
    onSample: (variant, round, sample) =>
      say(`${variant}, run ${round} of ${settings.runs}: ${sampleText(sample)}`),
  });
  const floors = samples.get('floor') ?? [];
  return [...samples].map(([name, runs]) => ({
    name,
    figures: figuresOf(
      name === 'floor' ? runs : withRatios(runs, floors, RATIOS),
      options.targets?.[name],
    ),
  }));
}
