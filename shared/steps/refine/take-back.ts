// Rows that a table which was given up sent after the instant that its successor begins with. Finals are decided anew, and are equal. A row
// whose sending depended on when somebody looked (an early one, a revision, a running key's) may never come again, and would stand at its
// destination for good. So the first decision of the new table takes those back, and sends once more what stands in their place by now.
import { unpackJson } from '../../fold/pack.ts';
import type { Objects } from '../../ports.ts';
import type { StatefulQuery } from '../../query/plan.ts';
import { membersOf } from '../enrich/members.ts';
import type { Fence } from '../home.ts';
import { reading } from '../ledger/reading.ts';
import { type Manifest, outboxNumber } from './manifest.ts';

/** The newest of a row that was sent: the CloudEvent as JSON text; `id` is that of the event. */
export type LostRow = { readonly query: string; readonly id: string; readonly key: string; readonly event: string };

/** Whether a row of the query may be sent, or not, as the decisions fall; all others are finals, which follow from the streams alone. */
export const mayLeaveRows = (q: StatefulQuery): boolean => {
  switch (q.kind) {
    case 'running':
      return q.emit === 'updates';
    case 'interval':
      return false;
    case 'window':
      return q.early !== undefined || q.lateness > 0;
    case 'composed':
      return q.early !== undefined;
    default:
      return q satisfies never;
  }
};

const isDeleted = (event: string): boolean => (JSON.parse(event) as { deleted?: boolean }).deleted === true;

/** The same row as one that must go. */
const gone = (event: string, number: string): string => {
  const { data: _, early: __, ...head } = JSON.parse(event) as { readonly [name: string]: unknown };
  const bytes = Buffer.from(event);
  const span = membersOf(bytes)?.get('data');
  const data = span === undefined ? '{}' : bytes.subarray(span.start, span.end).toString();
  return `${JSON.stringify({ ...head, revision: number, deleted: true }).slice(0, -1)},"data":${data}}`;
};

export type TakenBack = {
  readonly query: string;
  readonly key: string;
  /** @param number outbox number */
  readonly event: (number: string) => string;
};

/**
 * What was sent and must be put right by the first decision behind a restore; none behind any other.
 * @param fences of the table in use
 */
export const lostRows = async (
  m: Manifest,
  fn: string,
  fences: readonly Fence[],
  objects: Objects,
): Promise<readonly LostRow[]> => {
  const newest = new Map<string, LostRow>();
  for (const f of fences) {
    // A decision behind that restore was made: it has put right what was lost there.
    if (f.fn !== fn || f.lost === undefined || f.to <= outboxNumber(m.outEpoch, m.next)) continue;
    const bytes = await objects.get(f.lost);
    if (bytes === undefined) throw new Error(`${objects.name} has no object ${f.lost}, named by a restore`);
    const rows = reading(`${objects.name}/${f.lost}`, () => unpackJson(bytes) as readonly LostRow[]);
    for (const row of rows) newest.set(row.id, row);
  }
  return [...newest.values()];
};

/** @param standing ids of events that are sent in this decision for what stands now */
export const takenBack = (lost: readonly LostRow[], standing: ReadonlySet<string>): readonly TakenBack[] =>
  lost
    .filter(({ id, event }) => !standing.has(id) && !isDeleted(event))
    .map(({ query, key, event }) => ({ query, key, event: (number) => gone(event, number) }));
