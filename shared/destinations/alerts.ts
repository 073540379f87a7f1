// Alerts: of the rows of a key only the first that breaches and the first that does not any more are sent. What was sent last stands in an
// item a key, so that a replay, or a window that is revised, raises no second alarm.
import type { Key, Table } from '../ports.ts';
import { understood } from '../steps/ledger/format.ts';
import { type Destination, type RowOutcome, type SinkRow, STORED } from '../steps/sink/destination.ts';

/** `alert#<run>#<table>`, key: `ver` of the newest row seen, `open` whether a breach was told and not its end. */
const keyOf = (run: string, r: SinkRow): Key => ({ pk: `alert#${run}#${r.table}`, sk: r.key.slice(0, 900) });

/** Alarms of one run of a pipeline; those of two runs side by side do not mix. */
export type AlertDeps = { readonly table: Table; readonly run: string; readonly destination: Destination };

/**
 * A row that stands (`row` not null) is a breach; one that must go is its end. The state is written after the message was taken: a crash
 * between the two tells it again, with the same id and revision, never leaves it out.
 */
export const alerts = ({ table, run, destination }: AlertDeps): Destination => ({
  name: `alerts to ${destination.name}`,
  most: { rows: Math.min(25, destination.most.rows), bytes: destination.most.bytes },
  atOnce: destination.atOnce,
  async write(rows) {
    const outcomes: RowOutcome[] = rows.map(() => STORED);
    const states = (await Promise.all(rows.map((r) => table.get(keyOf(run, r))))).map((item) =>
      understood('state of an alert', item),
    );
    const news = rows.flatMap((row, i) => {
      const state = states[i];
      const isNew = state === undefined || String(state.ver) < row.version;
      return isNew ? [{ row, i, changes: (row.row !== null) !== (state?.open === true) }] : [];
    });
    const told = news.filter((n) => n.changes);
    const answers = told.length === 0 ? [] : await destination.write(told.map((n) => n.row));
    told.forEach((n, at) => {
      outcomes[n.i] = answers[at] ?? { kind: 'retry', cause: 'no answer for it' };
    });
    await Promise.all(
      news
        .filter((n) => outcomes[n.i]?.kind === 'stored')
        .map(({ row }) =>
          table.put(
            { ...keyOf(run, row), ver: row.version, open: row.row !== null },
            { kind: 'below', field: 'ver', value: row.version },
          ),
        ),
    );
    return outcomes;
  },
});
