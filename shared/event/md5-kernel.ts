// Lanes in which messages go through a kernel of MD5, each with a room of its own in memory.
import { BLOCK, type Kernel, START } from './md5-steps.ts';
import { instantiate, PAGE } from './wasm-instance.ts';

/** Bytes of a message that lie in a lane at a time: all lanes together fit into the cache next to the core. */
export const PIECE = 8_192;
/** A piece, the bit that ends a message, its length, and what fills the block. */
const ROOM = PIECE + 2 * BLOCK;

/** A kernel made ready. */
export type Lanes = {
  readonly kernel: Kernel;
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
  /** The room of each lane, in bytes. */
  readonly rooms: readonly number[];
  readonly run: (blocks: number, ...from: number[]) => void;
};

const make = (kernel: Kernel): Lanes | null => {
  const instance = instantiate(kernel.module(), Math.ceil((kernel.free + kernel.lanes * ROOM) / PAGE));
  if (instance === null) return null;
  const words = new Int32Array(instance.memory);
  kernel.writeConstants?.(words);
  const rooms = Array.from({ length: kernel.lanes }, (_, lane) => kernel.free + lane * ROOM);
  return { kernel, bytes: new Uint8Array(instance.memory), words, rooms, run: instance.run };
};

/** Made when first needed: a function that never sees two aggregates at once does without. */
export const whenNeeded = (kernel: Kernel): (() => Lanes | null) => {
  let made: Lanes | null | undefined;
  return () => {
    if (made === undefined) made = make(kernel);
    return made;
  };
};
export const begin = ({ kernel, words }: Lanes, lane: number): void => {
  for (let i = 0; i < 4; i++) words[kernel.stateAt(lane, i)] = START[i] as number;
};
/** Of a message that has ended: little-endian. */
export const digestWord = ({ kernel, words }: Lanes, lane: number, i: number): number =>
  words[kernel.stateAt(lane, i)] as number;
