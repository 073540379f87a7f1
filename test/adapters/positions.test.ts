// Of two places in a source's log the later one is the greater text.
import { describe, expect, test } from 'vitest';
import { debeziumPosition } from '../../shared/adapters/debezium-position.ts';
import { positionText } from '../../shared/adapters/position-text.ts';
import { compareText } from '../../shared/compare-text.ts';
import type { JsonObject } from '../../shared/event/cloud-event.ts';

const rising = (texts: readonly (string | undefined)[]): void => {
  for (const [i, text] of texts.entries())
    if (i > 0)
      expect([texts[i - 1], text, compareText(texts[i - 1] ?? '', text ?? '') < 0]).toEqual([texts[i - 1], text, true]);
};

test.each<[string, readonly string[]]>([
  ['binlog positions', ['mysql-bin.000009:99', 'mysql-bin.000010:4', 'mysql-bin.000010:36', 'mysql-bin.1000000:4']],
  ['LSNs of PostgreSQL', ['0/FFFFFFFF', '1/0', '1/9', '1/A', '9/0', 'A/0', '16/B374D848']],
  [
    'LSNs inside longer texts, as DMS writes them',
    ['00000002/1F000000.3', '00000002/1F000000.12', '00000002/A8000028.1', '0000000A/00000000.1'],
  ],
  ['a hexadecimal number that begins with less, and is more', ['10000000/0.1', '1F000000/0.1', 'F0000000/0.1']],
  [
    'LSNs of SQL Server',
    ['0000001f:00000a2c:0001', '0000001f:00000a2c:0002', '0000001F:00000B00:0001', '00000020:00000001:0001'],
  ],
])('%s', (_, positions) => {
  rising(positions.map(positionText));
});

describe('PostgreSQL', () => {
  const at = (lsn: number, before: number | null | undefined): string | undefined => {
    const sequence =
      before === undefined ? {} : { sequence: JSON.stringify([before === null ? null : String(before), String(lsn)]) };
    return debeziumPosition({ connector: 'postgresql', lsn, ...sequence } as JsonObject, false);
  };
  test('transactions lie in the order of their commits, changes in the order in which they were written', () => {
    rising([at(90, 80), at(95, 80), at(91, 99), at(92, 99), at(100, 99)]);
  });
  test('a snapshot is older than a transaction that it did not see, once another one committed between', () => {
    rising([at(100, 60), at(90, 105)]);
    // What nothing tells: the first one to commit behind the snapshot (docs/sources.md).
    rising([at(90, 95), at(100, 95)]);
  });
  test.each([undefined, null])('without the commit before: %s', (before) => {
    rising([at(9, before), at(10, before)]);
  });
  test.each(['{', '"x"', '[]', '[{}]', '["x"]', 7])('a sequence that is none: %s', (sequence) => {
    expect(debeziumPosition({ connector: 'postgresql', lsn: 7, sequence }, false)).toBe(at(7, undefined));
  });
});

test('Oracle: the SCN of the commit, the SCN, the place in the redo log', () => {
  const at = (commit_scn: string | undefined, scn: string, rs_id?: string, ssn?: number): string | undefined =>
    debeziumPosition(
      {
        connector: 'oracle',
        scn,
        ...(commit_scn && { commit_scn }),
        ...(rs_id && { rs_id }),
        ...(ssn !== undefined && { ssn }),
      },
      false,
    );
  rising([
    at(undefined, '99'), // a snapshot, which sees what was committed up to it
    at('100', '80', ' 0x000017.0001a8a6.0010 ', 0),
    at('100', '80', ' 0x000017.0001a8a6.0010 ', 1),
    at('100', '80', ' 0x000017.0001a8b0.0010 ', 0),
    at('100', '85', ' 0x000017.00000001.0010 ', 0),
    at('1000', '70', ' 0x000017.00000001.0010 ', 0),
  ]);
});
