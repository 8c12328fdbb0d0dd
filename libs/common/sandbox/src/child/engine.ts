import './webassembly.js';
import type { Abort, EngineLimits } from './limits.js';
import { REALM } from './realm.js';

/** A virtual machine as it is when the realm is set up: every one begins as a copy of it. */
export interface Image {
  readonly memory: Uint8Array;
  readonly stackPointer: number;
  readonly runtime: number;
  readonly context: number;
  readonly run: number;
}

type Exports = Record<string, (...args: number[]) => number> & {
  readonly memory: WebAssembly.Memory;
  readonly __stack_pointer: WebAssembly.Global;
};

/** WASI's "no such call". */
const NOSYS = 52;
/** The largest that this build of the engine bears. */
const STACK_BYTES = 256 * 1024;
/** How much longer a program may take to be read than to run once. */
const LOAD_FACTOR = 10;
const ALL_INTRINSICS = 0xffffffff;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The CPU time of this process, ms. */
const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/**
 * One virtual machine: an instance of the WebAssembly engine with a memory of its own. The host
 * gives it the time of the reading at hand, an answer to whether it has run for too long, and
 * nothing else: no file, no output, no chance.
 */
export class Engine {
  private readonly at: Exports;
  private clockNs = 0n;
  private reading = 0;
  private wallEnd = Infinity;
  private cpuEnd = Infinity;
  private timedOut = false;
  private beganAt = 0;
  /** How long each reading of the last run took, µs. */
  took: number[] = [];
  private run = 0;
  private factory = 0;

  private constructor(
    module: WebAssembly.Module,
    private readonly limits: EngineLimits,
    private readonly onReading: () => void,
  ) {
    const nosys = (): number => NOSYS;
    const { exports } = new WebAssembly.Instance(module, {
      env: {
        host_call: (_name: number, _length: number, _self: number, _argc: number, argv: number) =>
          this.next(argv),
        host_interrupt: () => (this.isOver() ? 1 : 0),
        host_promise_rejection: (promise: number, reason: number) => {
          this.at['qjs_free_value']!(promise);
          this.at['qjs_free_value']!(reason);
        },
        host_module_normalize: () => 0,
        host_module_load: () => 0,
        host_get_timezone_offset: () => 0,
      },
      wasi_snapshot_preview1: {
        clock_time_get: (_clock: number, _precision: bigint, result: number) => {
          new DataView(this.at.memory.buffer).setBigUint64(result, this.clockNs, true);
          return 0;
        },
        fd_close: nosys,
        fd_fdstat_get: nosys,
        fd_seek: nosys,
        fd_write: nosys,
        random_get: (into: number, length: number) => {
          new Uint8Array(this.at.memory.buffer, into, length).fill(7);
          return 0;
        },
      },
    });
    this.at = exports as unknown as Exports;
  }

  /** Sets up the realm, once a process. */
  static image(module: WebAssembly.Module, limits: EngineLimits): Image {
    const engine = new Engine(module, limits, () => undefined);
    const { at } = engine;
    at['_initialize']!();
    if (at['qjs_init2']!(ALL_INTRINSICS) !== 0) throw new Error('the engine does not start');
    at['qjs_set_max_stack_size']!(STACK_BYTES);
    const realm = engine.evaluate(REALM, 'realm.js');
    const name = engine.put('next');
    const next = at['qjs_new_host_function']!(name.at, name.length, 0);
    const run = engine.call(realm, [
      next,
      ...[limits.stateBytes, limits.resultBytes, limits.results, limits.logLines].map((one) =>
        at['qjs_new_number']!(one),
      ),
    ]);
    at['qjs_run_gc']!();
    return {
      memory: new Uint8Array(at.memory.buffer).slice(),
      stackPointer: at.__stack_pointer.value as number,
      runtime: at['qjs_get_runtime_ptr']!(),
      context: at['qjs_get_context_ptr']!(),
      run,
    };
  }

  /** A new virtual machine with a program in it. @throws Error with what the engine says of it */
  static of(
    module: WebAssembly.Module,
    image: Image,
    program: string,
    limits: EngineLimits,
    onReading: () => void,
  ): Engine {
    const engine = new Engine(module, limits, onReading);
    const { at } = engine;
    const pages = (image.memory.byteLength - at.memory.buffer.byteLength) / 65_536;
    if (pages > 0) at.memory.grow(pages);
    new Uint8Array(at.memory.buffer).set(image.memory);
    at['qjs_set_runtime_and_context']!(image.runtime, image.context);
    at.__stack_pointer.value = image.stackPointer;
    at['qjs_set_memory_limit']!(limits.memoryBytes);
    at['qjs_set_interrupt_handler']!(1);
    engine.run = image.run;
    engine.wallEnd = performance.now() + limits.cpuMs * LOAD_FACTOR;
    // The program's own variables are made anew for each reading: it is the body of a function.
    engine.factory = engine.evaluate(
      `(function () { 'use strict';\n${program}\n; return process; })`,
      'logic.js',
    );
    engine.wallEnd = Infinity;
    return engine;
  }

  get bytes(): number {
    return this.at.memory.buffer.byteLength;
  }

  /** Runs the program over machines and their readings: see the realm for both texts. */
  go(input: string, trace: boolean): string | Abort {
    const { at } = this;
    this.reading = 0;
    this.timedOut = false;
    this.took = [];
    let given = 0;
    let answer = 0;
    try {
      const text = this.put(input);
      given = at['qjs_new_string']!(text.at, text.length);
      at['wasm_free']!(text.at);
      answer = this.callRaw(this.run, [
        this.factory,
        given,
        trace ? at['qjs_get_true']!() : at['qjs_get_false']!(),
      ]);
      this.wallEnd = Infinity;
      this.ended(performance.now());
      if (at['qjs_is_exception']!(answer) !== 0) return this.abort(this.exception());
      if (at['qjs_is_job_pending']!() !== 0)
        return {
          at: this.reading,
          name: 'LeftWorkError',
          message: 'the program left work for later: there are no promises here',
        };
      return this.text(answer);
    } catch (error) {
      return this.abort((error as Error).message);
    } finally {
      this.wallEnd = Infinity;
      // After a trap nothing of it can be trusted, and it is thrown away.
      try {
        if (answer) at['qjs_free_value']!(answer);
        if (given) at['qjs_free_value']!(given);
      } catch {
        this.timedOut = true;
      }
    }
  }

  private abort(message: string): Abort {
    const { reading: at, limits } = this;
    if (this.timedOut)
      return { at, name: 'TimeoutError', message: `took more than ${limits.cpuMs} ms` };
    if (/memory/i.test(message))
      return { at, name: 'MemoryError', message: `took more than ${limits.memoryBytes} bytes` };
    return { at, name: 'EngineError', message: message.slice(0, 300) };
  }

  /** The realm tells which reading comes next, and when it arrived. */
  private next(argv: number): number {
    const { at, limits } = this;
    const args = new Uint32Array(at.memory.buffer, argv, 2);
    this.reading = at['qjs_get_float64']!(args[0]!);
    this.clockNs = BigInt(Math.trunc(at['qjs_get_float64']!(args[1]!))) * 1_000_000n;
    const now = performance.now();
    this.ended(now);
    this.beganAt = now;
    this.wallEnd = now + limits.cpuMs;
    this.cpuEnd = Infinity;
    this.onReading();
    return at['qjs_get_undefined']!();
  }

  private ended(now: number): void {
    if (this.beganAt > 0) this.took.push(Math.round((now - this.beganAt) * 1000));
    this.beganAt = 0;
  }

  /**
   * By the wall clock first, as that costs little; where it says so, by the CPU time from then on:
   * on a busy machine a program may have waited and not run.
   */
  private isOver(): boolean {
    if (this.timedOut) return true;
    if (performance.now() < this.wallEnd) return false;
    const now = cpuMs();
    if (this.cpuEnd === Infinity) this.cpuEnd = now + this.limits.cpuMs;
    return (this.timedOut = now >= this.cpuEnd);
  }

  private evaluate(text: string, name: string): number {
    const { at } = this;
    const code = this.put(text);
    const file = this.put(`${name}\0`);
    const value = at['qjs_eval']!(code.at, code.length, file.at, 0);
    at['wasm_free']!(code.at);
    at['wasm_free']!(file.at);
    if (at['qjs_is_exception']!(value) !== 0) throw new Error(this.exception());
    return value;
  }

  private call(callee: number, args: readonly number[]): number {
    const value = this.callRaw(callee, args);
    if (this.at['qjs_is_exception']!(value) !== 0) throw new Error(this.exception());
    return value;
  }

  private callRaw(callee: number, args: readonly number[]): number {
    const { at } = this;
    const argv = at['wasm_malloc']!(args.length * 4);
    new Uint32Array(at.memory.buffer, argv, args.length).set(args);
    const value = at['qjs_call']!(callee, at['qjs_get_undefined']!(), args.length, argv);
    at['wasm_free']!(argv);
    return value;
  }

  private exception(): string {
    const { at } = this;
    const value = at['qjs_get_exception']!();
    const text = this.text(value);
    at['qjs_free_value']!(value);
    return text;
  }

  /** UTF-8 and a zero; to be freed. */
  private put(text: string): { readonly at: number; readonly length: number } {
    const { at } = this;
    const room = text.length * 3 + 1;
    const where = at['wasm_malloc']!(room);
    if (where === 0) throw new Error('out of memory');
    const bytes = new Uint8Array(at.memory.buffer, where, room);
    const { written } = encoder.encodeInto(text, bytes);
    bytes[written] = 0;
    return { at: where, length: written };
  }

  private text(value: number): string {
    const { at } = this;
    const where = at['qjs_get_string']!(value);
    if (where === 0) throw new Error('out of memory');
    const bytes = new Uint8Array(at.memory.buffer);
    const text = decoder.decode(bytes.subarray(where, bytes.indexOf(0, where)));
    at['qjs_free_cstring']!(where);
    return text;
  }
}
