// A module of wasm-code.ts made ready.

/** What this file uses of an interface that Node's types leave out. */
type Wasm = {
  readonly Memory: new (size: { initial: number }) => { readonly buffer: ArrayBuffer };
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
};
type Run = (...args: number[]) => void;

/** Memory is given in pages of so many bytes. */
export const PAGE = 65_536;

/** @returns null where there is no WebAssembly, or none with what the module uses */
export const instantiate = (
  bytes: Uint8Array,
  pages: number,
): { readonly memory: ArrayBuffer; readonly run: Run } | null => {
  try {
    const { Memory, Module, Instance } = (globalThis as unknown as { WebAssembly: Wasm }).WebAssembly;
    const memory = new Memory({ initial: pages });
    const { exports } = new Instance(new Module(bytes), { in: { memory } });
    return { memory: memory.buffer, run: (exports as { readonly run: Run }).run };
  } catch {
    return null;
  }
};
