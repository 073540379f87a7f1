// Queries over queries: who reads whose rows, and the ids.
import { createHash } from 'node:crypto';
import type { Input, Query } from '../plan.ts';
import { functionsIn } from '../user-functions.ts';
import { canonical } from './canonical.ts';
import { type Draft, fillersOf, withInputs } from './draft.ts';
import { checkRules } from './query-rules.ts';
import type { Table } from './tables.ts';
import { takeIn } from './take-in.ts';

/** Everything that decides a query's rows. A change of it is a new query beside the old state. */
const definition = (d: Draft, linked: Query): unknown => {
  const { id: _, name: __, at: ___, ...query } = linked;
  const from = d.from.map((t) => ({ columns: t.columns, types: t.plan.columns, watermark: t.plan.watermark }));
  const { columns: target, primaryKey } = d.into.plan;
  const functions = functionsIn(
    query,
    [...d.problems.functions.values()].flatMap((fn) => (fn ? [fn] : [])),
  );
  const called = functions.map((fn) => ({ hash: fn.hash, takes: fn.takes, gives: fn.gives, nulls: fn.nulls }));
  const more = called.length > 0 ? { functions: called } : {};
  if (linked.kind !== 'stateless' && linked.kind !== 'window') return { query, from, target, primaryKey, ...more };
  const { input, ...rest } = query as { readonly input: Input };
  return { query: rest, input, from: from[0], target, primaryKey, ...more };
};

const inputOf = (table: Table, reads: readonly string[]): Input => ({
  stream: table.source ? 'enriched' : 'refined',
  table: table.plan.name,
  types: table.source ? table.plan.types : [table.plan.name],
  reads,
});

/** Drafts of tables that no statement names, each once, before those that read them. */
const withFillers = (drafts: readonly Draft[]): readonly Draft[] => {
  const found = new Map<string, Draft>();
  const add = (d: Draft): void => {
    for (const table of d.from) for (const filler of table.filledBy ?? []) add(filler);
    const generated = d.into.filledBy !== undefined;
    const key = generated ? `${d.query.into} ${d.query.name}` : `${found.size}`;
    if (!generated || !found.has(key)) found.set(key, d);
  };
  for (const d of drafts) add(d);
  return [...found.values()];
};

/** Links the queries, those that write before those that read; with mistakes among them, only the ones without a circle. */
export const link = (
  drafts: readonly Draft[],
): { readonly queries: readonly Query[]; readonly tables: readonly Table[] } => {
  const given = withFillers(drafts);
  checkRules(given);
  const all = given.flatMap((d) => takeIn(d, given));
  const done = new Map<Draft, Query>();
  const build = (d: Draft, path: readonly Draft[]): Query | null => {
    const known = done.get(d);
    if (known) return known;
    if (path.includes(d)) return null;
    const inputs: Input[] = [];
    for (const table of d.from) {
      const reads: string[] = [];
      for (const writer of fillersOf(table, all)) {
        const read = build(writer, [...path, d]);
        if (!read) return null;
        reads.push(read.id);
      }
      inputs.push(inputOf(table, reads.sort()));
    }
    const linked = withInputs(d.query, inputs);
    const hash = createHash('sha256')
      .update(canonical(definition(d, linked)))
      .digest('hex')
      .slice(0, 8);
    const query: Query = { ...linked, id: `${d.query.name}-${hash}` };
    done.set(d, query);
    return query;
  };
  for (const d of all) build(d, []);
  const tables = new Map(all.flatMap((d) => d.from.filter((t) => t.filledBy).map((t) => [t.plan.name, t])));
  return { queries: [...done.values()], tables: [...tables.values()] };
};
