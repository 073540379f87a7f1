// Whose rows readers see: one item of the results table says for each destination table which run's results stand for it. It is changed by
// one conditional put, so that a reader who asks it first never sees rows of two runs.
import type { Item, Table } from '../../ports.ts';

/** A run's results: the run's id, and the name of the table that holds its rows. */
export type ServedBy = { readonly run: string; readonly results: string };
/** Destination table -> who serves it; a table that is not here is served by the pipeline's own results table. */
export type Serving = {
  /** 0: nothing was ever switched. */
  readonly v: number;
  readonly tables: Readonly<Record<string, ServedBy>>;
};

/** No row has this key: a row's key begins with the name of its table and `#`. */
const KEY = { pk: 'serving', sk: '-' };

export const readServing = async (results: Table): Promise<Serving> => {
  const item = await results.get(KEY);
  return item === undefined
    ? { v: 0, tables: {} }
    : { v: item.v as number, tables: JSON.parse(item.tables as string) as Serving['tables'] };
};

/**
 * Takes effect only if nothing was switched since `before` was read.
 * @returns whether it did; an answer that was lost is looked up
 */
export const putServing = async (
  results: Table,
  before: Serving,
  tables: Serving['tables'],
  id: string,
): Promise<boolean> => {
  const item: Item = { ...KEY, v: before.v + 1, tables: JSON.stringify(tables), id };
  try {
    const written = await results.put(
      item,
      before.v === 0 ? { kind: 'absent' } : { kind: 'equals', field: 'v', value: before.v },
    );
    return written.ok || written.found?.id === id;
  } catch (error) {
    const found = await results.get(KEY);
    if (found?.id === id) return true;
    if ((found?.v ?? 0) !== before.v) return false;
    throw error;
  }
};

/** Where the rows of a destination table stand: `own` unless it was switched. */
export const servedFrom = (serving: Serving, table: string, own: string): string =>
  serving.tables[table]?.results ?? own;

export const isServed = (serving: Serving, run: string): boolean =>
  Object.values(serving.tables).some((s) => s.run === run);
