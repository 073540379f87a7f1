// What every Destination must do.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { Fault } from '../../shared/faults.ts';
import { deliver } from '../../shared/steps/sink/deliver.ts';
import type { Destination, RowOutcome, SinkRow } from '../../shared/steps/sink/destination.ts';

/** How a destination holds what it is given. */
export type GivenDestination = {
  readonly destination: Destination;
  /** Name of a table with the key column `k` (text), and the columns `n` (BIGINT) and `s` (STRING). */
  readonly table: string;
  /** `keyed`: one row a key, the newest. `messages`: what was sent, in the order of each key. */
  readonly holds: 'keyed' | 'messages';
  /** Rows (as data) that stand there, or messages in order; a deleted row is not there, or is a message with `null`. */
  readonly content: () => Promise<readonly ({ readonly k: string; readonly n?: number; readonly s?: string } | null)[]>;
  /** Makes the service refuse for now the next `calls` calls; absent where it cannot be made to. */
  readonly throttle?: (calls: number) => void;
  /** Makes the service do the next call and lose its answer. */
  readonly loseAnswer?: () => void;
  /** Makes the service take some rows of the next call and refuse others for now; absent where a call is one row, or all or nothing. */
  readonly throttleSome?: () => void;
  /** A row that the service will never take. */
  readonly poison?: SinkRow;
  /** Rows that are written in one go: 10,000, fewer where that takes seconds. */
  readonly many?: number;
};

const MANY = 10_000;
/** It stands for no service. */
const OF_TESTS = 'the memory of these tests';
const CASES = [
  'twice',
  'other borders',
  'older after newer',
  'deleted',
  'some retried',
  'some older',
  'some refused',
  'throttled',
  'answer lost',
  'rows at once',
] as const;

/** A line of the table in docs/destinations.md: what this sink is tested for. `sent`: a receiver keeps the greatest revision. */
const lineOf = (name: string, g: GivenDestination): string => {
  const keyed = g.holds === 'keyed';
  const can = (how: unknown): string => (how === undefined ? '–' : 'yes');
  const cells: Readonly<Record<(typeof CASES)[number], string>> = {
    twice: keyed ? 'no effect' : 'same ids',
    'other borders': 'yes',
    'older after newer': keyed ? 'no effect' : 'sent',
    deleted: keyed ? 'goes' : 'sent',
    'some retried': can(g.throttleSome),
    'some older': keyed ? 'yes' : '–',
    'some refused': can(g.poison),
    throttled: can(g.throttle),
    'answer lost': can(g.loseAnswer),
    'rows at once': (g.many ?? MANY).toLocaleString('en'),
  };
  return `| ${[name, ...CASES.map((c) => cells[c])].join(' | ')} |`;
};
const docs = (): readonly string[] =>
  readFileSync(join(import.meta.dirname, '../../docs/destinations.md'), 'utf8').split('\n');

const patient = { tries: 20, wait: async () => {} };
const plenty = { remainingMs: () => 60_000 };

export const versionNo = (n: number): string => String(n).padStart(20, '0');

export const sinkRow = (
  table: string,
  k: string,
  n: number,
  more: Partial<SinkRow> & { readonly s?: string } = {},
): SinkRow => {
  const { s = `text ${n}`, ...rest } = more;
  return {
    table,
    key: JSON.stringify([k]),
    id: `q-1|${k}`,
    source: '/millrace/q-1',
    time: '2026-01-05T09:00:00.000Z',
    version: versionNo(n),
    row: JSON.stringify({ k, n, s }),
    early: false,
    arrival: 0,
    ...rest,
  };
};

const kinds = (outcomes: readonly RowOutcome[]): readonly string[] => outcomes.map((o) => o.kind);

/** Calls until the service has taken what it wants to take: a throttled call may throw, or say `retry`. */
const settled = async (d: Destination, rows: readonly SinkRow[], tries = 20): Promise<void> => {
  let left = rows;
  for (let t = 0; left.length > 0; t++) {
    if (t === tries) throw new Error(`${d.name} did not take ${left.length} rows in ${tries} tries`);
    const now = left.slice(0, d.most.rows);
    try {
      const outcomes = await d.write(now);
      left = [...now.filter((_, i) => outcomes[i]?.kind === 'retry'), ...left.slice(now.length)];
    } catch (error) {
      if (!(error instanceof Fault) || error.code === 'destination.refused') throw error;
    }
  }
};

export const destinationContract = (name: string, given: () => Promise<GivenDestination>): void => {
  describe(`${name} as a destination`, () => {
    let g: GivenDestination;
    const row = (k: string, n: number, more?: Parameters<typeof sinkRow>[3]) => sinkRow(g.table, k, n, more);
    const standing = async () => [...(await g.content())].filter((r) => r !== null).map((r) => `${r.k} ${r.n} ${r.s}`);
    beforeEach(async () => {
      g = await given();
    });

    test('says how much one call takes', () => {
      expect(g.destination.most.rows).toBeGreaterThan(0);
      expect(g.destination.most.bytes).toBeGreaterThan(0);
      expect(g.destination.atOnce).toBeGreaterThan(0);
      if (g.holds === 'messages') expect(g.destination.atOnce).toBe(1);
    });
    test('rows arrive as they were written, any text among them', async () => {
      const texts = ['plain', 'Zürich 🌍', 'it\'s "quoted" \\ and\nbroken', '', '\u2028 <a> & b'];
      await settled(
        g.destination,
        texts.map((s, i) => row(`k${i}`, i, { s })),
      );
      expect((await standing()).sort()).toEqual(texts.map((s, i) => `k${i} ${i} ${s}`).sort());
    });
    test('numbers beyond 2^53 keep every digit', async () => {
      await settled(g.destination, [{ ...row('k', 1), row: '{"k":"k","n":9007199254740993,"s":"x"}' }]);
      expect(await standing()).toEqual([`k ${Number('9007199254740993')} x`]);
    });
    test('the same rows again change nothing, or come with the same ids', async () => {
      const rows = [row('a', 1), row('b', 1)];
      await settled(g.destination, rows);
      const before = await standing();
      await settled(g.destination, rows);
      if (g.holds === 'keyed') expect(await standing()).toEqual(before);
      else expect(new Set(await standing())).toEqual(new Set(before));
    });
    test('a newer revision takes the place of an older one', async () => {
      await settled(g.destination, [row('a', 1)]);
      await settled(g.destination, [row('a', 2)]);
      const all = await standing();
      expect(all.at(-1)).toBe('a 2 text 2');
      if (g.holds === 'keyed') expect(all).toHaveLength(1);
    });
    test('an older revision after a newer one is no failure, and does not take its place', async () => {
      if (g.holds === 'messages') return;
      await settled(g.destination, [row('a', 2)]);
      const outcomes = kinds(await g.destination.write([row('a', 1)]));
      expect(['stored', 'older']).toContain(outcomes[0]);
      expect(await standing()).toEqual(['a 2 text 2']);
    });
    test('a deleted row goes, and an older one does not bring it back', async () => {
      if (g.holds === 'messages') return;
      await settled(g.destination, [row('a', 1), row('b', 1)]);
      await settled(g.destination, [row('a', 3, { row: null })]);
      expect(await standing()).toEqual(['b 1 text 1']);
      await settled(g.destination, [row('a', 2)]);
      expect(await standing()).toEqual(['b 1 text 1']);
      await settled(g.destination, [row('a', 4)]);
      expect((await standing()).sort()).toEqual(['a 4 text 4', 'b 1 text 1']);
    });
    test('the deletion of a row that never was is no failure', async () => {
      expect(['stored', 'older']).toContain(kinds(await g.destination.write([row('nobody', 1, { row: null })]))[0]);
    });
    test('a lost answer: written again, it stands once', async () => {
      if (g.loseAnswer === undefined) return;
      g.loseAnswer();
      await settled(g.destination, [row('a', 1), row('b', 1)].slice(0, g.destination.most.rows));
      await settled(g.destination, [row('a', 1), row('b', 1)]);
      expect([...new Set(await standing())].sort()).toEqual(['a 1 text 1', 'b 1 text 1']);
      if (g.holds === 'keyed') expect(await standing()).toHaveLength(2);
    });
    test('throttled, it says so row by row or as a whole, and takes all later', async () => {
      if (g.throttle === undefined) return;
      g.throttle(2);
      await settled(g.destination, [row('a', 1), row('b', 1)]);
      expect([...new Set(await standing())].sort()).toEqual(['a 1 text 1', 'b 1 text 1']);
    });
    test('a row that can never be taken is refused by itself; its neighbours are written', async () => {
      if (g.poison === undefined) return;
      const refused = await g.destination
        .write([g.poison])
        .then((o) => o[0]?.kind)
        .catch((error: unknown) => (error instanceof Fault && error.code === 'destination.refused' ? 'reject' : error));
      expect(refused).toBe('reject');
      await settled(g.destination, [row('a', 1)]);
      expect(await standing()).toEqual(['a 1 text 1']);
    });
    const delivered = async (rows: readonly SinkRow[]) => {
      const { undone, refused } = await deliver(
        g.destination,
        rows.map((r) => ({ row: r })),
        plenty,
        patient,
      );
      expect(undone).toEqual([]);
      return refused.map((r) => r.of.row);
    };
    const inChunks = async (rows: readonly SinkRow[], size: number) => {
      for (let i = 0; i < rows.length; i += size) await delivered(rows.slice(i, i + size));
    };
    test('the same rows in other borders: of each key the newest stands, nothing is missing', async () => {
      const rows = Array.from({ length: 24 }, (_, i) => row(`k${i % 8}`, i));
      await inChunks(rows, 5);
      await inChunks(rows, 7);
      const newest = rows.slice(-8).map((_, i) => `k${i} ${16 + i} text ${16 + i}`);
      if (g.holds === 'keyed') expect((await standing()).sort()).toEqual(newest);
      else expect(new Set(await standing())).toEqual(new Set(rows.map((_, i) => `k${i % 8} ${i} text ${i}`)));
    });
    test('an older row among new ones holds none of them up', async () => {
      if (g.holds === 'messages') return;
      await delivered([row('a', 2)]);
      expect(await delivered([row('b', 1), row('a', 1), row('c', 1)])).toEqual([]);
      expect((await standing()).sort()).toEqual(['a 2 text 2', 'b 1 text 1', 'c 1 text 1']);
    });
    test('a deletion is told', async () => {
      if (g.holds === 'keyed') return;
      await delivered([row('a', 1), row('a', 2, { row: null })]);
      expect((await g.content()).at(-1)).toBeNull();
    });
    test('some rows of a call refused for now: each is told apart, and those alone come again', async () => {
      if (g.throttleSome === undefined) return;
      const rows = ['a', 'b', 'c', 'd'].map((k) => row(k, 1));
      g.throttleSome();
      const outcomes = kinds(await g.destination.write(rows));
      expect(new Set(outcomes)).toEqual(new Set(['stored', 'retry']));
      expect((await standing()).sort()).toEqual(
        rows.flatMap((r, i) => (outcomes[i] === 'stored' ? [`${JSON.parse(r.key)[0]} 1 text 1`] : [])),
      );
      g.throttleSome();
      await delivered(rows);
      expect([...new Set(await standing())].sort()).toEqual(['a', 'b', 'c', 'd'].map((k) => `${k} 1 text 1`));
    });
    test('a row that can never be taken, among others: it alone is refused, they are written', async () => {
      if (g.poison === undefined) return;
      const others = ['a', 'b', 'c'].map((k) => row(k, 1));
      expect(await delivered([...others.slice(0, 1), g.poison, ...others.slice(1)])).toEqual([g.poison]);
      expect([...new Set(await standing())].sort()).toEqual(['a', 'b', 'c'].map((k) => `${k} 1 text 1`));
    });
    test('many rows in one go', { timeout: 60_000 }, async () => {
      const many = Array.from({ length: g.many ?? MANY }, (_, i) => row(`k${i}`, i));
      expect(await delivered(many)).toEqual([]);
      const all = await standing();
      expect(all).toHaveLength(many.length);
      expect(new Set(all).size).toBe(many.length);
    });
    test.skipIf(name === OF_TESTS)('docs/destinations.md says what it is tested for', () => {
      const line = lineOf(name, g);
      expect(docs().includes(line), `its table needs the line\n${line}\n`).toBe(true);
    });
  });
};
