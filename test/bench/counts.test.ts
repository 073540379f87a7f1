import { describe, expect, test } from 'vitest';
import { clicks } from '../../bench/clicks.ts';
import type { Bill } from '../../bench/meter.ts';
import { countPipeline } from '../../bench/pipeline.ts';

// What a thousand events may cost at most, a little above what they cost today. Counts do not depend on the machine: a figure that rises
// is a change of the code. Raise one only with the reason in the commit.
const { bills, events } = await countPipeline([...clicks(20_000, 1_000)], 4);
const per1000 = (n: number): number => (n * 1000) / events;

describe('a thousand clicks of 525 bytes in batches of a thousand, 4 shards, 1,000 keys', () => {
  test.each<[fn: string, unit: keyof Bill, most: number]>([
    ['ingest', 'putUnits', 23.6],
    ['ingest', 'putCalls', 1],
    ['validate', 'putUnits', 24.6],
    ['validate', 'tableWrites', 1.5],
    ['enrich', 'putUnits', 24.6],
    ['enrich', 'tableWrites', 1.5],
    ['aggregate', 'calls', 1.5],
    ['aggregate', 'units', 6],
    ['aggregate', 'objectPuts', 0],
    ['refine', 'tableWrites', 1],
    ['refine', 'putCalls', 0.6],
    ['archive', 'objectPuts', 1.5],
  ])('%s: %s at most %d', (fn, unit, most) => {
    const bill = bills[fn] as Bill;
    console.log(`${fn} ${unit}: ${per1000(bill[unit] as number).toFixed(2)}`);
    expect(per1000(bill[unit] as number)).toBeLessThanOrEqual(most);
  });
});
