// Text of bytes that come again and again (names of members, types of events): decoding a few bytes costs more than comparing them with
// what stood there before. One place for each hash, taken over by what comes next, so nothing grows.

const PLACES = 512; // a power of two
/** Longer ones are seldom seen twice. */
const MOST_BYTES = 64;

type Known = { readonly bytes: Uint8Array; readonly text: string };
const known = new Array<Known | undefined>(PLACES).fill(undefined);

const decode = (bytes: Uint8Array, start: number, end: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString();

/** The UTF-8 text of bytes [start, end). */
export const knownText = (bytes: Uint8Array, start: number, end: number): string => {
  const length = end - start;
  if (length > MOST_BYTES) return decode(bytes, start, end);
  let hash = length;
  for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + (bytes[i] as number)) | 0;
  const place = (hash ^ (hash >>> 9)) & (PLACES - 1);
  const found = known[place];
  if (found !== undefined && found.bytes.length === length) {
    let i = 0;
    while (i < length && found.bytes[i] === bytes[start + i]) i++;
    if (i === length) return found.text;
  }
  const text = decode(bytes, start, end);
  known[place] = { bytes: bytes.slice(start, end), text };
  return text;
};
