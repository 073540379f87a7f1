// MD5 of two messages side by side, as WebAssembly without vectors: the steps of one fill the processor while those of the other wait. For
// so few it beats md5-lanes.ts, whose steps wait twice as long.
import { BLOCK, type Kernel, PLACES, roles, sine, TURNS } from './md5-steps.ts';
import { Code, moduleOf } from './wasm-code.ts';

const MESSAGES = [0, 1] as const;

// Where things lie in memory, in bytes.
const STATES = 0; // 16 for each message
const FREE = 64;

// Locals: blocks to do, the address of each message's next block, the states.
const BLOCKS = 0;
const from = (message: number): number => 1 + message;
const state = (message: number): number => 1 + MESSAGES.length + 4 * message;

/** Step `i` of 64, written out: its word and its constant stand in the code, which a loop would have to look up. */
const step = (code: Code, i: number, message: number): void => {
  const n = i >> 4;
  const [a, b, c, d] = roles(state(message), i % 4);
  const { rise, first } = PLACES[n] as (typeof PLACES)[number];
  const word = (rise * (i >> 2) + (first[i % 4] as number)) % 16;
  code
    .get(a)
    .get(from(message))
    .loadInt(4 * word)
    .addInt()
    .int(sine(i))
    .addInt();
  if (n === 0)
    code.get(b).get(c).get(d).xorInt().andInt().get(d).xorInt().addInt(); // b ? c : d
  else if (n === 1)
    code.get(c).get(d).int(-1).xorInt().andInt().addInt().get(b).get(d).andInt().addInt(); // d ? b : c
  else if (n === 2) code.get(b).get(c).get(d).xorInt().xorInt().addInt();
  else code.get(b).get(d).int(-1).xorInt().orInt().get(c).xorInt().addInt();
  code
    .turnLeft(TURNS[n]?.[i % 4] as number)
    .get(b)
    .addInt()
    .set(a);
};

const md5Module = (): Uint8Array => {
  const code = new Code();
  const each = (what: (local: number, address: number) => unknown): void => {
    for (const message of MESSAGES) for (let i = 0; i < 4; i++) what(state(message) + i, STATES + 16 * message + 4 * i);
  };
  each((local, address) => code.int(0).loadInt(address).set(local));
  code.loop(() => {
    for (let i = 0; i < 64; i++) for (const message of MESSAGES) step(code, i, message);
    each((local, address) => code.int(0).get(local).int(0).loadInt(address).addInt().tee(local).storeInt(address));
    for (const message of MESSAGES) code.get(from(message)).int(BLOCK).addInt().set(from(message));
    code.get(BLOCKS).int(1).subInt().tee(BLOCKS);
  });
  return moduleOf(code, 1 + MESSAGES.length, 4 * MESSAGES.length, 0);
};

export const PAIR: Kernel = {
  lanes: MESSAGES.length,
  module: md5Module,
  stateAt: (lane, i) => STATES / 4 + 4 * lane + i,
  free: FREE,
};
