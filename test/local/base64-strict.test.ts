import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { blob } from '../../local/kinesis/validate.ts';

const STRICT = /^[A-Za-z0-9+/]*={0,2}$/;
const read = (Data: string): readonly number[] | string => {
  try {
    return [...blob({ Data }, 'Data')];
  } catch (error) {
    return (error as Error).message;
  }
};

test('data of a record is strict base64: anything a lenient decoder would skip is refused', () => {
  const character = fc.constantFrom(...'AZaz09+/=-_ \né!');
  const text = fc.oneof(
    fc.array(character, { maxLength: 12 }).map((all) => all.join('')),
    fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('base64')),
  );
  fc.assert(
    fc.property(text, (data) => {
      const isStrict = data.length % 4 === 0 && STRICT.test(data);
      expect(read(data)).toEqual(isStrict ? [...Buffer.from(data, 'base64')] : 'Data must be base64');
    }),
    { numRuns: 5_000 },
  );
});
