import { expect, test } from 'vitest';
import { type Consumer, tooManyConsumers } from '../../local/build/consumers.ts';

const readers = (stream: string, n: number, enhanced = false): readonly Consumer[] =>
  Array.from({ length: n }, (_, i) => ({ stream, function: `f${i}`, enhanced, file: `functions/f${i}/function.yml` }));

test.each([
  ['four share a stream', readers('raw', 4), 0],
  ['five do not', readers('raw', 5), 1],
  ['four and one with enhanced fan-out', [...readers('raw', 4), ...readers('raw', 1, true)], 0],
  ['each stream is counted by itself', [...readers('raw', 4), ...readers('enriched', 4)], 0],
  ['twenty with enhanced fan-out', readers('raw', 20, true), 0],
  ['twenty-one are too many', readers('raw', 21, true), 1],
])('%s', (_, consumers, mistakes) => {
  expect(tooManyConsumers(consumers)).toHaveLength(mistakes);
});

test('the mistake names stream, readers and the way out', () => {
  const [mistake] = tooManyConsumers(readers('enriched', 5));
  expect(mistake?.file).toBe('functions/f4/function.yml');
  expect(mistake?.message).toMatch(/stream enriched has 5 consumers .*f0, f1, f2, f3, f4.*enhanced fan-out/);
});
