/**
 * What is used here of WebAssembly: the compiler has its types only with those of a browser, which
 * would let a service name a document.
 */
declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- it is one.
  namespace WebAssembly {
    interface Memory {
      readonly buffer: ArrayBuffer;
      grow(pages: number): number;
    }
    interface Global {
      value: unknown;
    }
    class Module {
      constructor(bytes: Uint8Array);
    }
    class Instance {
      readonly exports: Readonly<Record<string, unknown>>;
      constructor(module: Module, imports: Record<string, Record<string, unknown>>);
    }
  }
}

export {};
