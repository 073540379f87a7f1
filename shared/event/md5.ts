// MD5 of many messages at once. A single one goes through node:crypto, whose every step waits for the one before: the processor idles
// for most of the time. Records of a batch are independent, so two of them (md5-pair.ts), or twelve (md5-lanes.ts), are worked on side by
// side: twice, and up to four times the pace. The plain twin is `hash`, to which one alone goes, and all where there is no WebAssembly;
// test/event/md5.test.ts compares them. Figures: docs/decisions/2026-11-22-kpl-codec.md.
import { hash } from 'node:crypto';
import { begin, digestWord, type Lanes, PIECE, whenNeeded } from './md5-kernel.ts';
import { TWELVE } from './md5-lanes.ts';
import { PAIR } from './md5-pair.ts';
import { BLOCK } from './md5-steps.ts';

export const DIGEST_BYTES = 16;

/** Messages of one length from which on twelve lanes take less time than pairs. */
const WORTH_TWELVE = 5.5;

const pair = whenNeeded(PAIR);
const twelve = whenNeeded(TWELVE);

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

/** @param order the messages' numbers, longest first */
const sumInLanes = (lanes: Lanes, messages: readonly Uint8Array[], order: readonly number[], out: Int32Array): void => {
  const { rooms } = lanes;
  const froms = [...rooms];
  const passing: Passing[] = rooms.map(() => ({ message: -1, at: 0, ended: true }));
  const blocks = new Int32Array(rooms.length);
  let next = 0;
  for (;;) {
    let least = Number.MAX_SAFE_INTEGER;
    for (let lane = 0; lane < rooms.length; lane++) {
      const p = passing[lane] as Passing;
      if (blocks[lane] === 0) {
        if (p.ended) {
          if (p.message >= 0) for (let i = 0; i < 4; i++) out[4 * p.message + i] = digestWord(lanes, lane, i);
          p.message = next < order.length ? (order[next++] as number) : -1;
          p.at = 0;
          p.ended = p.message < 0;
          begin(lanes, lane);
        }
        const room = rooms[lane] as number;
        froms[lane] = room;
        // A lane without a message reads what lies in its room, and nobody reads its sum.
        if (p.message >= 0) blocks[lane] = fill(lanes, room, messages[p.message] as Uint8Array, p);
      }
      if (p.message >= 0 && (blocks[lane] as number) < least) least = blocks[lane] as number;
    }
    if (least === Number.MAX_SAFE_INTEGER) return;
    lanes.run(least, ...froms);
    for (let lane = 0; lane < rooms.length; lane++) {
      if ((passing[lane] as Passing).message < 0) continue;
      (blocks[lane] as number) -= least;
      (froms[lane] as number) += least * BLOCK;
    }
  }
};

/** @param all bytes of all messages @param longest bytes of the longest: it stays alone for the rest of its way */
const lanesFor = (count: number, all: number, longest: number): Lanes | null => {
  if (count < 2) return null;
  return (all >= WORTH_TWELVE * longest ? twelve() : null) ?? pair();
};

/**
 * The MD5 of each message. What lies side by side is bounded, whatever the messages' size.
 * @returns 16 bytes for each, in their order
 */
export const md5All = (messages: readonly Uint8Array[]): Uint8Array => {
  const out = new Uint8Array(messages.length * DIGEST_BYTES);
  let all = 0;
  let longest = 0;
  for (const { length } of messages) {
    all += length;
    if (length > longest) longest = length;
  }
  const lanes = lanesFor(messages.length, all, longest);
  if (lanes === null) {
    for (const [i, message] of messages.entries()) out.set(hash('md5', message, 'buffer'), i * DIGEST_BYTES);
  } else {
    const lengthOf = (i: number): number => (messages[i] as Uint8Array).length;
    const order = [...messages.keys()].sort((a, b) => lengthOf(b) - lengthOf(a));
    sumInLanes(lanes, messages, order, new Int32Array(out.buffer));
  }
  return out;
};

/**
 * The first word (little-endian, signed) of the MD5 of each of some messages that are one block each.
 * @param put writes the block of message `i`, padding and all, to words[at] … words[at + 15]
 * @returns   null where nothing is gained by doing them side by side
 */
export const firstWords = (
  count: number,
  put: (words: Int32Array, at: number, i: number) => void,
): Int32Array | null => {
  const lanes = lanesFor(count, count, 1);
  if (lanes === null) return null;
  const { words, rooms } = lanes;
  const out = new Int32Array(count);
  for (let from = 0; from < count; from += rooms.length) {
    const some = Math.min(rooms.length, count - from);
    for (let lane = 0; lane < some; lane++) {
      put(words, (rooms[lane] as number) >> 2, from + lane);
      begin(lanes, lane);
    }
    lanes.run(1, ...rooms);
    for (let lane = 0; lane < some; lane++) out[from + lane] = digestWord(lanes, lane, 0);
  }
  return out;
};
