// The JSON values of a sample as their bytes: one document, an array of them, a value a line, or values one after the other, as gzipped
// deliveries of CloudWatch Logs lie in a file.

const SPACE = [0x20, 0x09, 0x0a, 0x0d, 0x2c];
const [QUOTE, ESCAPE, OPEN, CLOSE, OPEN_LIST, CLOSE_LIST] = [0x22, 0x5c, 0x7b, 0x7d, 0x5b, 0x5d];

/** Where the value that begins with a bracket at `from` ends; -1 when it has no end. */
const endOf = (bytes: Uint8Array, from: number): number => {
  let depth = 0;
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      for (at++; at < bytes.length && bytes[at] !== QUOTE; at++) if (bytes[at] === ESCAPE) at++;
    } else if (byte === OPEN || byte === OPEN_LIST) depth++;
    else if ((byte === CLOSE || byte === CLOSE_LIST) && --depth === 0) return at + 1;
  }
  return -1;
};

/**
 * Without parsing: what is no JSON comes out too, up to the end of its line, so that it is rejected where the source's record would be.
 * A document that is one array is taken apart; arrays behind one another are not.
 */
export const jsonValues = (bytes: Buffer): readonly Buffer[] => {
  const values: Buffer[] = [];
  let at = bytes.subarray(0, 3).equals(BOM) ? BOM.length : 0;
  let end = bytes.length;
  const skip = (): void => {
    while (at < end && SPACE.includes(bytes[at] as number)) at++;
  };
  skip();
  if (bytes[at] === OPEN_LIST) {
    const close = endOf(bytes, at);
    if (close >= 0 && bytes.subarray(close).toString().trim() === '') [at, end] = [at + 1, close - 1];
  }
  for (skip(); at < end; skip()) {
    const bracket = bytes[at] === OPEN || bytes[at] === OPEN_LIST ? endOf(bytes, at) : -1;
    const line = bytes.indexOf(0x0a, at);
    const stop = bracket >= 0 ? bracket : line < 0 ? end : Math.min(line, end);
    values.push(bytes.subarray(at, stop));
    at = stop;
  }
  return values;
};

const BOM = Buffer.from([0xef, 0xbb, 0xbf]);
