// A destination in memory that can be made to fail, for tests of the sinks.
import { Fault } from '../../../shared/faults.ts';
import {
  type Destination,
  OLDER,
  type RowOutcome,
  type SinkRow,
  STORED,
} from '../../../shared/steps/sink/destination.ts';

export type Trouble = 'throttled' | 'lost' | 'half';

export const memoryDestination = (options: Partial<Pick<Destination, 'most' | 'atOnce'>> = {}) => {
  const rows = new Map<string, SinkRow>();
  const messages: SinkRow[] = [];
  const calls: number[] = [];
  const troubles: Trouble[] = [];
  let poisonous: (row: SinkRow) => boolean = () => false;
  const one = (row: SinkRow): RowOutcome => {
    const name = `${row.table} ${row.key}`;
    messages.push(row);
    const before = rows.get(name);
    if (before !== undefined && before.version >= row.version) return OLDER;
    rows.set(name, row);
    return STORED;
  };
  const destination: Destination = {
    name: 'memory',
    most: { rows: 100, bytes: 1_000_000 },
    atOnce: 4,
    ...options,
    async write(given) {
      calls.push(given.length);
      const trouble = troubles.shift();
      if (trouble === 'throttled') throw new Fault('destination.throttled', 'slow down');
      if (given.some(poisonous)) throw new Fault('destination.refused', 'one of them is no good');
      const outcomes = given.map(
        (row, i): RowOutcome => (trouble === 'half' && i % 2 === 1 ? { kind: 'retry', cause: 'later' } : one(row)),
      );
      if (trouble === 'lost') throw new Fault('destination.unavailable', 'no answer');
      return outcomes;
    },
  };
  return {
    destination,
    calls,
    messages,
    fail: (...t: readonly Trouble[]) => void troubles.push(...t),
    poison: (test: (row: SinkRow) => boolean) => {
      poisonous = test;
    },
    standing: () => [...rows.values()].filter((r) => r.row !== null),
    all: () => rows,
  };
};
