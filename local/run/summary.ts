import type { Doors } from './doors.ts';
import type { FaultCounts } from './faults/seeded.ts';

/** DIR/summary.json. */
export type Summary = {
  readonly stages: Readonly<Record<string, Doors>>;
  readonly queries: Readonly<Record<string, Doors>>;
  /** Calls of the functions to DynamoDB, S3, Kinesis and SQS. */
  readonly calls: number;
  /** DynamoDB write units of the functions. */
  readonly writeUnits: number;
  /** Kinesis PUT payload units of the functions: 25 KB steps of each record. */
  readonly putUnits: number;
  readonly seconds: number;
  readonly balanced: boolean;
  /** What does not balance, in words. */
  readonly faults: readonly string[];
  /** What a user may have meant otherwise, in words. */
  readonly hints: readonly string[];
  /** How often each fault of `--faults` struck, by the names of `npm run chaos`; null without. */
  readonly struck: FaultCounts | null;
  /** Rows of each destination. */
  readonly rows: Readonly<Record<string, number>>;
};

const DOORS = ['in', 'passed', 'filtered', 'rejected', 'late', 'duplicate'] as const;

const table = (title: string, of: Readonly<Record<string, Doors>>): readonly string[] => {
  const width = Math.max(title.length, ...Object.keys(of).map((n) => n.length));
  const cells = (name: string, texts: readonly string[]): string =>
    `  ${name.padEnd(width)}${texts.map((t) => t.padStart(11)).join('')}`;
  return [
    cells(title, DOORS),
    ...Object.entries(of).map(([name, d]) =>
      cells(
        name,
        DOORS.map((door) => String(d[door])),
      ),
    ),
  ];
};

/** The summary for people. */
export const showSummary = (s: Summary, out: string): string =>
  [
    ...table('stage', s.stages),
    '',
    ...table('query', s.queries),
    '',
    ...Object.entries(s.rows).map(([name, n]) => `  ${n} row${n === 1 ? '' : 's'} in ${out}/${name}.ndjson`),
    '',
    `  ${s.calls} calls, ${s.writeUnits} write units, ${s.putUnits} PUT units, ${s.seconds.toFixed(1)} s`,
    s.balanced
      ? '  The books balance: in = passed + filtered + rejected + late + duplicate, everywhere.'
      : ['  The books do not balance:', ...s.faults.map((f) => `  - ${f}`)].join('\n'),
    ...s.hints.map((hint) => `  ${hint}`),
  ].join('\n');
