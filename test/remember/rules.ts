// Rules of `remember` and of positions, each as an edit that takes it away: histories must then come out wrong.
export type Edit = { readonly file: string; readonly from: string; readonly to: string };
export type RuleTakenAway = {
  readonly rule: string;
  readonly of: 'debezium' | 'dms' | 'both';
  readonly edits: readonly Edit[];
};

const STEPS = 'shared/steps/remember';
const one = (file: string, from: string, to: string): readonly Edit[] => [{ file, from, to }];

export const RULES: readonly RuleTakenAway[] = [
  {
    rule: 'a write asks whether it is newer than what stands there',
    of: 'both',
    edits: one(`${STEPS}/row-items.ts`, 'reference.put(item, newer)', 'reference.put(item)'),
  },
  {
    rule: 'of the changes of a key in a batch the newest is written',
    of: 'both',
    edits: one(`${STEPS}.ts`, 'compareText(write.version, before.row.version) > 0', 'false'),
  },
  {
    rule: 'a deleted row stays as a tombstone with its position',
    of: 'both',
    edits: one(
      `${STEPS}/row-items.ts`,
      '  const written = await',
      '  if (item.gone === true) {\n    await reference.delete(item);\n    return STORED;\n  }\n  const written = await',
    ),
  },
  {
    rule: 'a tombstone is no row',
    of: 'both',
    edits: one('shared/enrich/remembered.ts', 'if (item.gone === true) return false;', ''),
  },
  {
    rule: 'a batch is done only as far as its rows are written',
    of: 'both',
    edits: one(
      `${STEPS}.ts`,
      'undone.reduce((least, write) => Math.min(least, write.record), batch.records.length)',
      'batch.records.length',
    ),
  },
  {
    rule: 'numbers in positions compare as numbers',
    of: 'both',
    edits: one('shared/adapters/position-text.ts', "String(value).padStart(WIDTH, '0')", 'String(value)'),
  },
  {
    rule: 'a row that was read lies before a change at the same place',
    of: 'debezium',
    edits: one(`${STEPS}/version.ts`, "change.op === 'snapshot' ? '0' : '1'", "change.op === 'snapshot' ? '1' : '0'"),
  },
  {
    rule: 'of changes at one place the one that came later stands',
    of: 'both',
    edits: one(`${STEPS}/version.ts`, 'position(e.seq, e.index, e.child)', "''"),
  },
  {
    rule: 'PostgreSQL: a change lies behind the commit before its own',
    of: 'debezium',
    edits: one(
      'shared/adapters/debezium-position.ts',
      'before !== undefined && before > change ? before : change',
      'change',
    ),
  },
  {
    rule: 'Oracle: a change has the SCN of its commit',
    of: 'debezium',
    edits: one('shared/adapters/debezium-position.ts', 'numeric(s.commit_scn) ?? change', 'change'),
  },
  {
    rule: 'Oracle: changes of one SCN lie as in the redo log',
    of: 'debezium',
    edits: one('shared/adapters/debezium-position.ts', "redo === '' ? undefined : redo", 'undefined'),
  },
  {
    rule: 'MySQL: the row inside an event of the binlog',
    of: 'debezium',
    edits: one('shared/adapters/debezium-position.ts', 'numeric(s.row) ?? padded(0)', 'padded(0)'),
  },
  {
    rule: 'SQL Server: the place of a change inside its transaction',
    of: 'debezium',
    edits: one('shared/adapters/debezium-position.ts', 'textual(s.change_lsn) ?? ZERO_LSN', 'ZERO_LSN'),
  },
  {
    rule: 'a truncated table has none of its older rows',
    of: 'both',
    edits: one('shared/enrich/remembered.ts', 'if (truncated === undefined) return true;', 'return true;'),
  },
  {
    rule: 'rows behind a truncation are there',
    of: 'both',
    edits: one('shared/enrich/remembered.ts', 'compareText(item.pos, String(truncated.pos)) > 0', 'false'),
  },
  {
    rule: 'DMS: a changed key leaves no row under the old one',
    of: 'dms',
    edits: one(`${STEPS}/read-change.ts`, 'old.key !== found.key &&', 'old.key === found.key &&'),
  },
  {
    rule: 'DMS: rows of a load lie before every change',
    of: 'dms',
    edits: one('shared/adapters/dms.ts', 'return `0/', 'return `2/'),
  },
  {
    rule: 'DMS: the place of a change inside its transaction',
    of: 'dms',
    edits: one(
      'shared/adapters/dms.ts',
      'record === undefined ? [] : [padded(record)]',
      'true ? [] : [padded(record ?? 0)]',
    ),
  },
  {
    rule: 'what a log tells that began anew is newer than all before',
    of: 'dms',
    edits: one(`${STEPS}/version.ts`, 'restarts.filter((at) => at <= time)', 'restarts.filter((at) => at > time)'),
  },
];
