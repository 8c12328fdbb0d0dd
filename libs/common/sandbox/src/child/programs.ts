import { Engine, type Image } from './engine.js';
import type { Abort, EngineLimits } from './limits.js';
import './webassembly.js';

/** Memory that a virtual machine may keep between runs beyond what it begins with. */
const KEPT_BYTES = 4 << 20;

/** A run that came to its end. */
export interface Ran {
  readonly output: string;
  /** How long each reading took, µs. */
  readonly took: readonly number[];
}

interface Loaded {
  readonly text: string;
  engine: Engine | undefined;
}

/**
 * The programs of this process, each with a virtual machine of its own; those that were not asked
 * for the longest give way to others.
 */
export class Programs {
  private readonly image: Image;
  private readonly loaded = new Map<string, Loaded>();
  private readonly room: number;

  constructor(
    private readonly module: WebAssembly.Module,
    private readonly limits: EngineLimits & { readonly cacheBytes: number },
    private readonly onReading: () => void,
  ) {
    this.image = Engine.image(module, limits);
    this.room = Math.max(1, Math.floor(limits.cacheBytes / this.image.memory.byteLength));
  }

  /** @returns what the engine says against the program, if anything */
  load(key: string, text: string): { readonly refused?: string } {
    try {
      this.loaded.delete(key);
      this.loaded.set(key, { text, engine: this.newEngine(text) });
      if (this.loaded.size > this.room) this.loaded.delete(this.loaded.keys().next().value!);
      return {};
    } catch (error) {
      return { refused: (error as Error).message };
    }
  }

  /**
   * @param fresh in a virtual machine that has run nothing else
   * @returns the output of the run, or why there is none
   */
  run(
    key: string,
    input: string,
    fresh: boolean,
    trace: boolean,
  ): Ran | { readonly missing: true } | { readonly abort: Abort } {
    const found = this.loaded.get(key);
    if (!found) return { missing: true };
    this.loaded.delete(key);
    this.loaded.set(key, found);
    if (fresh) found.engine = undefined;
    const engine = (found.engine ??= this.newEngine(found.text));
    const output = engine.go(input, trace);
    if (typeof output === 'string') {
      if (engine.bytes > this.image.memory.byteLength + KEPT_BYTES) found.engine = undefined;
      return { output, took: engine.took };
    }
    found.engine = undefined;
    return { abort: output };
  }

  private newEngine(text: string): Engine {
    return Engine.of(this.module, this.image, text, this.limits, this.onReading);
  }
}
