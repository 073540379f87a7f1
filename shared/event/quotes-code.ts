// Where the quotes of a text stand, as WebAssembly: sixteen bytes at a time.
import { Code, moduleOf } from './wasm-code.ts';

/** Bytes of a text at most; they lie at TEXT. */
export const MOST_TEXT = 32_768;
// Where things lie in memory, in bytes.
/** Words: how many bytes of places were written; other than 0 when there is a backslash. */
export const FOUND = 0;
export const TEXT = 16;
/** Words: the places, from the text's first byte. */
export const PLACES = TEXT + MOST_TEXT + 16;
/** A quote at each place, and what is written beyond the last one. */
export const MEMORY = PLACES + 4 * (MOST_TEXT + 32);

/** Most vectors hold no more: so many places are written without a look whether there are any. */
const AT_ONCE = 5;

const LENGTH = 0;
const AT = 1;
const OUT = 2;
const MASK = 3;
const REST = 4;
const BEYOND = 5;
const BYTES = 6;
const QUOTES = 7;
const SLASHES = 8;
const HAS_SLASH = 9;

/** `run(length)`: at least one byte; those behind the text, up to a multiple of 16, are no quote and no backslash. */
export const quotesModule = (): Uint8Array => {
  const code = new Code();
  const next = (): unknown => code.get(REST).get(REST).int(1).subInt().andInt().set(REST);
  code.int(0x22).splatByte().set(QUOTES).int(0x5c).splatByte().set(SLASHES);
  code.loop(() => {
    code.get(AT).load(TEXT).tee(BYTES).get(QUOTES).equalBytes().maskOfBytes().tee(MASK).set(REST);
    code.get(BYTES).get(SLASHES).equalBytes().get(HAS_SLASH).or().set(HAS_SLASH);
    for (let i = 0; i < AT_ONCE; i++) {
      code
        .get(OUT)
        .get(AT)
        .get(REST)
        .lowestBit()
        .addInt()
        .storeInt(PLACES + 4 * i);
      next();
    }
    code.get(OUT).set(BEYOND);
    code.loop(() => {
      code
        .get(BEYOND)
        .get(AT)
        .get(REST)
        .lowestBit()
        .addInt()
        .storeInt(PLACES + 4 * AT_ONCE);
      next();
      code.get(BEYOND).int(4).addInt().set(BEYOND).get(REST);
    });
    code.get(OUT).get(MASK).countBits().int(4).mulInt().addInt().set(OUT);
    code.get(AT).int(16).addInt().tee(AT).get(LENGTH).lessInt();
  });
  code.int(0).get(OUT).storeInt(FOUND);
  code
    .int(0)
    .get(HAS_SLASH)
    .hasBit()
    .storeInt(FOUND + 4);
  return moduleOf(code, 1, 5, 4);
};
