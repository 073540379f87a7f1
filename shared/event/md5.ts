// MD5 of many messages at once. A single one goes through node:crypto, whose every step waits for the one before: the processor idles
// for most of the time. Records of a batch are independent, so twelve of them are worked on side by side (md5-code.ts), which was
// measured at 4.5 times the pace. The plain twin is `hash`, to which everything goes that has too few neighbours, or runs where
// WebAssembly has no vectors; test/event/md5.test.ts compares them. Figures: docs/decisions/2026-11-22-kpl-codec.md.
import { hash } from 'node:crypto';
import { BLOCK, begin, digestWord, FREE, LANES, md5Module, writeConstants } from './md5-code.ts';

export const DIGEST_BYTES = 16;

/** Bytes of a message that lie in a lane at a time: all lanes together fit into the cache next to the core. */
const PIECE = 8_192;
/** A piece, the bit that ends a message, its length, and what fills the block. */
const ROOM = PIECE + 2 * BLOCK;
const PAGES = Math.ceil((FREE + LANES * ROOM) / 65_536);
/** Three messages side by side take as long as one after the other. */
const WORTH = 3.5;

type Lanes = {
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
  readonly run: (blocks: number, ...from: number[]) => void;
};

/** What this file uses of an interface that Node's types leave out. */
type Wasm = {
  readonly Memory: new (size: { initial: number }) => { readonly buffer: ArrayBuffer };
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
};

const makeLanes = (): Lanes | null => {
  try {
    const { Memory, Module, Instance } = (globalThis as unknown as { WebAssembly: Wasm }).WebAssembly;
    const memory = new Memory({ initial: PAGES });
    const { exports } = new Instance(new Module(md5Module()), { in: { memory } });
    const words = new Int32Array(memory.buffer);
    writeConstants(words);
    return { bytes: new Uint8Array(memory.buffer), words, run: (exports as Pick<Lanes, 'run'>).run };
  } catch {
    return null; // no WebAssembly, or none with vectors
  }
};
let made: Lanes | null | undefined;
/** Made when first needed: a function that never sees four aggregates at once does without. */
const lanesHere = (): Lanes | null => {
  if (made === undefined) made = makeLanes();
  return made;
};
const roomOf = (lane: number): number => FREE + lane * ROOM;

/** A message on its way through a lane. */
type Passing = { message: number; at: number; ended: boolean };

/** Puts the next piece of a message into the room of its lane; the last one with MD5's padding. @returns blocks to do */
const fill = ({ bytes, words }: Lanes, room: number, message: Uint8Array, passing: Passing): number => {
  const { at } = passing;
  const left = message.length - at;
  if (left > PIECE) {
    bytes.set(message.subarray(at, at + PIECE), room);
    passing.at += PIECE;
    return PIECE / BLOCK;
  }
  bytes.set(at === 0 ? message : message.subarray(at), room);
  const blocks = (left + 8 + BLOCK) >> 6;
  bytes[room + left] = 0x80;
  bytes.fill(0, room + left + 1, room + blocks * BLOCK);
  const length = (room + blocks * BLOCK - 8) >> 2;
  words[length] = message.length << 3;
  words[length + 1] = message.length >>> 29;
  passing.ended = true;
  return blocks;
};

/** Digests of the messages that `order` names, longest first. */
const sumInLanes = (lanes: Lanes, messages: readonly Uint8Array[], order: readonly number[], out: Int32Array): void => {
  const froms = Array.from({ length: LANES }, (_, lane) => roomOf(lane));
  const passing: Passing[] = froms.map(() => ({ message: -1, at: 0, ended: true }));
  const blocks = new Int32Array(LANES);
  let next = 0;
  for (;;) {
    let least = Number.MAX_SAFE_INTEGER;
    for (let lane = 0; lane < LANES; lane++) {
      const p = passing[lane] as Passing;
      if (blocks[lane] === 0) {
        if (p.ended) {
          if (p.message >= 0) for (let i = 0; i < 4; i++) out[4 * p.message + i] = digestWord(lanes.words, lane, i);
          p.message = next < order.length ? (order[next++] as number) : -1;
          p.at = 0;
          p.ended = p.message < 0;
          begin(lanes.words, lane);
        }
        const room = roomOf(lane);
        froms[lane] = room;
        // A lane without a message reads what lies in its room, and nobody reads its sum.
        if (p.message >= 0) blocks[lane] = fill(lanes, room, messages[p.message] as Uint8Array, p);
      }
      if (p.message >= 0 && (blocks[lane] as number) < least) least = blocks[lane] as number;
    }
    if (least === Number.MAX_SAFE_INTEGER) return;
    lanes.run(least, ...froms);
    for (let lane = 0; lane < LANES; lane++) {
      if ((passing[lane] as Passing).message < 0) continue;
      (blocks[lane] as number) -= least;
      (froms[lane] as number) += least * BLOCK;
    }
  }
};

const sumAlone = (message: Uint8Array, out: Uint8Array, at: number): void => {
  out.set(hash('md5', message, 'buffer'), at);
};

/**
 * The MD5 of each message. What lies side by side is bounded, whatever the messages' size.
 * @returns 16 bytes for each, in their order
 */
export const md5All = (messages: readonly Uint8Array[]): Uint8Array => {
  const out = new Uint8Array(messages.length * DIGEST_BYTES);
  const order = [...messages.keys()];
  if (order.length >= WORTH)
    order.sort((a, b) => (messages[b] as Uint8Array).length - (messages[a] as Uint8Array).length);
  let all = 0;
  for (const { length } of messages) all += length;
  // One that is much longer than the others together would be alone for most of its way.
  let first = 0;
  for (; first < order.length; first++) {
    const { length } = messages[order[first] as number] as Uint8Array;
    if (order.length - first >= WORTH && all >= WORTH * length) break;
    sumAlone(messages[order[first] as number] as Uint8Array, out, (order[first] as number) * DIGEST_BYTES);
    all -= length;
  }
  if (first === order.length) return out;
  const lanes = lanesHere();
  if (lanes === null) for (const i of order.slice(first)) sumAlone(messages[i] as Uint8Array, out, i * DIGEST_BYTES);
  else sumInLanes(lanes, messages, order.slice(first), new Int32Array(out.buffer));
  return out;
};

const FIRST_BLOCKS = Array.from({ length: LANES }, (_, lane) => roomOf(lane));

/**
 * The first word (little-endian, signed) of the MD5 of each of some messages that are one block each.
 * @param put writes the block of message `i`, padding and all, to words[at] … words[at + 15]
 * @returns   null where nothing is gained by doing them side by side
 */
export const firstWords = (
  count: number,
  put: (words: Int32Array, at: number, i: number) => void,
): Int32Array | null => {
  const lanes = count < WORTH ? null : lanesHere();
  if (lanes === null) return null;
  const out = new Int32Array(count);
  for (let from = 0; from < count; from += LANES) {
    const some = Math.min(LANES, count - from);
    for (let lane = 0; lane < some; lane++) {
      put(lanes.words, roomOf(lane) >> 2, from + lane);
      begin(lanes.words, lane);
    }
    lanes.run(1, ...FIRST_BLOCKS);
    for (let lane = 0; lane < some; lane++) out[from + lane] = digestWord(lanes.words, lane, 0);
  }
  return out;
};
