// validated -> reference table. Keeps the newest row per key of change data, by its position in the log of its source: changes that
// come again, late or by two functions at once change nothing, and a deleted row stays deleted.

import { sourceUri } from '../adapters/parts.ts';
import { compareText } from '../compare-text.ts';
import { rememberedBy } from '../enrich/remembered.ts';
import type { Patience } from '../lanes/emit.ts';
import type { StampedEvent } from '../lanes/inner.ts';
import type { Source } from '../pipeline.ts';
import type { Objects, Table } from '../ports.ts';
import type { BatchStep, Progress } from '../trigger/batch.ts';
import { membersOf, textUnder } from './enrich/members.ts';
import { type Rule, readChange, type Write } from './remember/read-change.ts';
import { rowItems } from './remember/row-items.ts';
import { keepAside, nameWithLines, sideDoorKey } from './side-door.ts';
import { deliver } from './sink/deliver.ts';
import type { SinkRow } from './sink/destination.ts';
import { readBatch, refusal, toldOf, whereOf } from './sink/read-batch.ts';

export const STAGE = 'remember';

export type RememberDeps = {
  readonly sources: readonly Source[];
  readonly reference: Table;
  /** Keeps changes that name no row. */
  readonly rejected: Objects;
  readonly run: string;
  readonly patience?: Patience;
};

/** The table's own client tries again; a put that fails after that gives the batch back. */
const once: Patience = { tries: 1, wait: async () => {} };

/** Rules by the `source` of their events, which the adapter gives them. */
const rulesOf = (sources: readonly Source[]): ReadonlyMap<string, Rule> =>
  new Map(
    rememberedBy(sources).map(({ source, from, into, key, columns }) => [
      sourceUri('changes', source.name, from),
      { into, key, columns, restarts: source.restarts ?? [] },
    ]),
  );

/** `record`: the first record with a change of this key; it is done only when the newest of them is written. */
type Pending = { row: SinkRow; event: StampedEvent; readonly record: number };

const sinkRow = ({ table, key, version, fields }: Write, { arrival }: StampedEvent): SinkRow => ({
  table,
  key,
  version,
  row: fields === null ? null : JSON.stringify(fields),
  arrival,
  id: '',
  source: '',
  time: '',
  early: false,
});

export const remember = ({ sources, reference, rejected, run, patience = once }: RememberDeps): BatchStep => {
  const rules = rulesOf(sources);
  const destination = rowItems(reference);

  return async (batch, budget): Promise<Progress> => {
    const [first, last] = [batch.records[0], batch.records.at(-1)];
    if (first === undefined || last === undefined) return { done: 0 };
    const { items, aside } = readBatch(batch, STAGE);
    const lines = [...aside];
    const newest = new Map<string, Pending>();
    let changes = 0;
    let refused = 0;
    for (const { item, record } of items) {
      if (item.kind !== 'event') continue;
      const source = textUnder(item.bytes, membersOf(item.bytes)?.get('source'));
      const rule = source === undefined ? undefined : rules.get(source);
      if (rule === undefined) continue;
      changes++;
      const found = readChange(item, rule);
      if (found.kind === 'reject') {
        const { rule: code, cause, field, value } = found;
        refused++;
        lines.push(
          refusal(STAGE, code, cause, {
            ...whereOf(item),
            ...(field !== undefined && { field }),
            ...(value !== undefined && { value }),
          }),
        );
      }
      if (found.kind !== 'writes') continue;
      for (const write of found.writes) {
        const name = `${write.table} ${write.key}`;
        const before = newest.get(name);
        if (before === undefined) newest.set(name, { row: sinkRow(write, item), event: item, record });
        else if (compareText(write.version, before.row.version) > 0) {
          before.row = sinkRow(write, item);
          before.event = item;
        }
      }
    }
    const delivered = await deliver(destination, [...newest.values()], budget, patience);
    for (const { of, rule, cause } of delivered.refused) lines.push(refusal(STAGE, rule, cause, whereOf(of.event)));
    const name = nameWithLines(`${batch.shard}/${first.seq}-${last.seq}`, lines);
    await keepAside(rejected, sideDoorKey('rejected', run, STAGE, first.arrival, name), lines);
    const { undone, fault } = delivered;
    const done = undone.reduce((least, write) => Math.min(least, write.record), batch.records.length);
    return { done, ...(fault && { fault }), told: toldOf(changes, undone.length, delivered.refused.length + refused) };
  };
};
