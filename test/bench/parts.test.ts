import { expect, test } from 'vitest';
import { partTimes } from '../../bench/parts.ts';

const node = (id: number, functionName: string, url: string, hitCount: number, children: readonly number[] = []) => ({
  id,
  callFrame: { functionName, url },
  hitCount,
  children,
});

test('what Node did for somebody is his; garbage and what belongs to nobody stand by themselves', () => {
  const root = 'file:///project';
  const nodes = [
    node(1, '(root)', '', 0, [2, 5, 6, 7]),
    node(2, 'put', `${root}/shared/aws/signed/json.ts`, 1, [3]),
    node(3, 'hash', 'node:internal/crypto/hash', 3, [4]),
    node(4, '(garbage collector)', '', 2),
    node(5, 'runMicrotasks', '', 1),
    node(6, '(idle)', '', 50),
    node(7, 'foldBatch', `${root}/shared/steps/aggregate/fold-batch.ts`, 2, [8]),
    node(8, 'parse', `${root}/shared/event/json.ts`, 1),
  ];
  expect(partTimes({ nodes })).toEqual([
    { name: "the functions' client of AWS", share: 0.4 },
    { name: 'garbage collection', share: 0.2 },
    { name: 'steps: folds, windows, enrichments, ledgers', share: 0.2 },
    { name: 'turns of the event loop', share: 0.1 },
    { name: 'formats: events, schemas, aggregates', share: 0.1 },
  ]);
});
