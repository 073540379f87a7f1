// MD5 of many messages side by side, as WebAssembly: one word of a vector for each of four messages, and some vectors in turn, since
// each step of MD5 waits for the one before and the processor has room for others meanwhile.
import { BLOCK, type Kernel, PLACES, roles, sine, TURNS } from './md5-steps.ts';
import { Code, moduleOf } from './wasm-code.ts';

/** Vectors of four messages that are worked on in turn. */
const SETS = 3;
const LANES = 4 * SETS;

// Where things lie in memory, in bytes.
const SINES = 0; // 64 vectors: the constant of each step, four times
const STATES = 1_024; // for each set four vectors: a, b, c, d of its four messages
const WORDS = 2_048; // for each set 16 vectors: one word of the block of its four messages
const FREE = 4_096;

// Locals: blocks to do, the address of each message's next block, two numbers, the states, and some room.
const BLOCKS = 0;
const from = (lane: number): number => 1 + lane;
const STEP = 1 + LANES; // 64 t: the place of four constants, and of four words
const PLACE = STEP + 1;
const FIRST_VECTOR = PLACE + 1;
const state = (set: number, i: number): number => FIRST_VECTOR + 4 * set + i;
const spare = (i: number): number => FIRST_VECTOR + 4 * SETS + i;

const sets = Array.from({ length: SETS }, (_, set) => set);

/** The next 64 bytes of each message, turned so that each vector holds one word of four messages; four words of each at a time. */
const turnBlocks = (code: Code): void => {
  code.int(0).set(STEP);
  code.loop(() => {
    for (const set of sets) {
      for (let i = 0; i < 4; i++) {
        const at = from(4 * set + i);
        code.get(at).load(0).set(spare(i)).get(at).int(16).addInt().set(at);
      }
      for (let i = 0; i < 4; i++) {
        const a = i < 2 ? 0 : 2;
        const half = i % 2 === 0 ? [0, 4, 1, 5] : [2, 6, 3, 7];
        code
          .get(spare(a))
          .get(spare(a + 1))
          .shuffle(half)
          .set(spare(4 + i));
      }
      for (let i = 0; i < 4; i++) {
        const a = i < 2 ? 4 : 5;
        const half = i % 2 === 0 ? [0, 1, 4, 5] : [2, 3, 6, 7];
        code
          .get(STEP)
          .get(spare(a))
          .get(spare(a + 2))
          .shuffle(half)
          .store(WORDS + 256 * set + 16 * i);
      }
    }
    code
      .get(STEP)
      .int(BLOCK)
      .addInt()
      .tee(STEP)
      .int(4 * BLOCK)
      .subInt();
  });
};

/** a + constant + word + the round's function of b, c and d; each form is the one that waits least for b. */
const sum = (code: Code, round: number, j: number, set: number): void => {
  const [a, b, c, d] = roles(state(set, 0), j);
  code
    .get(a)
    .get(STEP)
    .load(SINES + 256 * round + 16 * j)
    .add();
  code
    .get(PLACE)
    .load(WORDS + 256 * set)
    .add();
  if (round === 0)
    code.get(b).get(c).get(d).xor().and().get(d).xor().add(); // b ? c : d
  else if (round === 1)
    code.get(c).get(d).andNot().add().get(b).get(d).and().add(); // d ? b : c
  else if (round === 2) code.get(b).get(c).get(d).xor().xor().add();
  else code.get(d).get(b).andNot().get(c).xor().sub(); // c ^ (b | ~d) is -1 - (c ^ (d & ~b)); the constant has the -1
  code.set(spare(set));
};

const turnAndAdd = (code: Code, round: number, j: number, set: number): void => {
  const [a, b] = roles(state(set, 0), j);
  const by = TURNS[round]?.[j] as number;
  code
    .get(spare(set))
    .shiftLeft(by)
    .get(spare(set))
    .shiftRight(32 - by)
    .or();
  code.get(b).add().set(a);
};

const round = (code: Code, n: number): void => {
  const { rise, first } = PLACES[n] as (typeof PLACES)[number];
  code.int(0).set(STEP);
  code.loop(() => {
    for (let j = 0; j < 4; j++) {
      code
        .get(STEP)
        .int(rise / 4)
        .mulInt()
        .int(16 * (first[j] as number))
        .addInt()
        .int(255)
        .andInt()
        .set(PLACE);
      for (const set of sets) sum(code, n, j, set);
      for (const set of sets) turnAndAdd(code, n, j, set);
    }
    code.get(STEP).int(64).addInt().tee(STEP).int(256).subInt();
  });
};

const md5Module = (): Uint8Array => {
  const code = new Code();
  const each = (what: (vector: number, address: number) => unknown): void => {
    for (const set of sets) for (let i = 0; i < 4; i++) what(state(set, i), STATES + 64 * set + 16 * i);
  };
  each((vector, address) => code.int(0).load(address).set(vector));
  code.loop(() => {
    turnBlocks(code);
    for (let n = 0; n < 4; n++) round(code, n);
    each((vector, address) => code.int(0).get(vector).int(0).load(address).add().tee(vector).store(address));
    code.get(BLOCKS).int(1).subInt().tee(BLOCKS);
  });
  return moduleOf(code, 1 + LANES, 2, 4 * SETS + 8);
};

export const TWELVE: Kernel = {
  lanes: LANES,
  module: md5Module,
  writeConstants: (words) => {
    for (let i = 0; i < 64; i++) {
      const at = SINES / 4 + 4 * i;
      words.fill((sine(i) - (i < 48 ? 0 : 1)) | 0, at, at + 4);
    }
  },
  stateAt: (lane, i) => STATES / 4 + 16 * (lane >> 2) + (lane & 3) + 4 * i,
  free: FREE,
};
