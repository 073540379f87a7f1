// A small assembler: the bytes of a WebAssembly module with one function, its instructions put down one by one. It knows what
// md5-lanes.ts, md5-pair.ts and quotes-code.ts need and no more. Numbers are those of the WebAssembly core specification 2.0, chapter 5 (Binary Format).

const I32 = 0x7f;
const V128 = 0x7b;
const FUNCTION = 0x60;
const SIMD = 0xfd;
const NO_RESULT = 0x40;

/** Unsigned LEB128. */
const push = (out: number[], value: number): void => {
  let rest = value;
  for (; rest >= 0x80; rest >>>= 7) out.push((rest & 0x7f) | 0x80);
  out.push(rest);
};

/** The instructions of one function. Each call puts one down and gives the code back. */
export class Code {
  readonly bytes: number[] = [];

  get(local: number): this {
    return this.#with(0x20, local);
  }
  set(local: number): this {
    return this.#with(0x21, local);
  }
  tee(local: number): this {
    return this.#with(0x22, local);
  }
  /** Signed LEB128. */
  int(value: number): this {
    this.bytes.push(0x41);
    let rest = value | 0;
    for (; rest < -0x40 || rest >= 0x40; rest >>= 7) this.bytes.push((rest & 0x7f) | 0x80);
    this.bytes.push(rest & 0x7f);
    return this;
  }
  addInt(): this {
    return this.#op(0x6a);
  }
  subInt(): this {
    return this.#op(0x6b);
  }
  mulInt(): this {
    return this.#op(0x6c);
  }
  andInt(): this {
    return this.#op(0x71);
  }
  orInt(): this {
    return this.#op(0x72);
  }
  xorInt(): this {
    return this.#op(0x73);
  }
  turnLeft(by: number): this {
    return this.int(by).#op(0x77);
  }
  loadInt(offset: number): this {
    return this.#op(0x28).#memory(offset);
  }

  /** The place of the lowest bit; 32 when there is none. */
  lowestBit(): this {
    return this.#op(0x68);
  }
  countBits(): this {
    return this.#op(0x69);
  }
  lessInt(): this {
    return this.#op(0x49);
  }
  storeInt(offset: number): this {
    return this.#op(0x36).#memory(offset);
  }

  /** What is put down by `body` comes again as long as it leaves a number other than 0. */
  loop(body: () => unknown): this {
    this.bytes.push(0x03, NO_RESULT);
    body();
    this.bytes.push(0x0d, 0, 0x0b);
    return this;
  }

  /** Four words from the address on the stack and `offset`. */
  load(offset: number): this {
    return this.#simd(0).#memory(offset);
  }
  store(offset: number): this {
    return this.#simd(11).#memory(offset);
  }
  /** Four words out of the two times four on the stack, by number. */
  shuffle(words: readonly number[]): this {
    this.#simd(13);
    for (const word of words) for (let i = 0; i < 4; i++) this.bytes.push(4 * word + i);
    return this;
  }
  /** The lowest byte of the number on the stack, sixteen times. */
  splatByte(): this {
    return this.#simd(15);
  }
  /** Bytes that are equal become 255, others 0. */
  equalBytes(): this {
    return this.#simd(35);
  }
  /** The highest bit of each byte. */
  maskOfBytes(): this {
    return this.#simd(100);
  }
  hasBit(): this {
    return this.#simd(83);
  }
  and(): this {
    return this.#simd(78);
  }
  andNot(): this {
    return this.#simd(79);
  }
  or(): this {
    return this.#simd(80);
  }
  xor(): this {
    return this.#simd(81);
  }
  add(): this {
    return this.#simd(174);
  }
  sub(): this {
    return this.#simd(177);
  }
  shiftLeft(by: number): this {
    return this.int(by).#simd(171);
  }
  shiftRight(by: number): this {
    return this.int(by).#simd(173);
  }

  #op(opcode: number): this {
    this.bytes.push(opcode);
    return this;
  }
  #with(opcode: number, index: number): this {
    this.bytes.push(opcode);
    push(this.bytes, index);
    return this;
  }
  #simd(opcode: number): this {
    return this.#with(SIMD, opcode);
  }
  #memory(offset: number): this {
    return this.#with(0, offset); // 2^0: nothing is known of the address
  }
}

const section = (id: number, bytes: readonly number[]): number[] => {
  const out = [id];
  push(out, bytes.length);
  return out.concat(bytes);
};
const name = (text: string): number[] => [text.length, ...Buffer.from(text)];

/**
 * A module of one function, exported as `run`, without result, over the memory that it imports as `in.memory`.
 * @param params  of type i32; they are the first locals
 * @param ints    further locals of type i32
 * @param vectors the locals behind those, of type v128
 */
export const moduleOf = (code: Code, params: number, ints: number, vectors: number): Uint8Array => {
  const size = [1];
  const locals = [2, ints, I32, vectors, V128];
  push(size, locals.length + code.bytes.length + 1);
  return new Uint8Array(
    [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0].concat(
      section(1, [1, FUNCTION, params, ...Array<number>(params).fill(I32), 0]),
      section(2, [1, ...name('in'), ...name('memory'), 2, 0, 1]),
      section(3, [1, 0]),
      section(7, [1, ...name('run'), 0, 0]),
      section(10, size.concat(locals, code.bytes, 0x0b)),
    ),
  );
};
