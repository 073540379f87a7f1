// Options of a table that do not go together.
import type { CreateTable, OptionNode } from '../ast.ts';
import type { Problems } from '../problem.ts';
import type { Options } from './options.ts';

/** Connectors that hold one row for each key. */
const KEYED = new Set(['dynamodb', 'jdbc', 'redshift', 'opensearch-2']);

/** Options of Millrace that belong to tables that queries fill. */
const OF_DESTINATIONS = ['millrace.lateness', 'millrace.early', 'millrace.ttl'];

export const checkTogether = (
  node: CreateTable,
  byKey: ReadonlyMap<string, OptionNode>,
  options: Options,
  problems: Problems,
): void => {
  const connector = byKey.get('connector')?.value;
  const [type, ahead, late, early] = ['type', 'ahead', 'lateness', 'early'].map((key) => byKey.get(`millrace.${key}`));
  if (byKey.has('millrace.reference')) {
    const wrong = [...byKey.values()].find((o) => o.key.startsWith('millrace.') && o.key !== 'millrace.reference');
    if (wrong)
      problems.add(
        wrong.keyAt,
        `WITH: '${wrong.key}' does not go with 'millrace.reference', a table of rows from a file`,
      );
    return;
  }
  if (type && ahead && connector === 'filesystem')
    problems.add(
      ahead.keyAt,
      "WITH: 'millrace.ahead' belongs to the kinesis table of the same events; this table keeps them in the lake",
    );
  if (!type && ahead)
    problems.add(ahead.keyAt, "WITH: 'millrace.ahead' belongs to a source; this table has no 'millrace.type'");
  if (type)
    for (const key of OF_DESTINATIONS) {
      const option = byKey.get(key);
      if (option)
        problems.add(option.keyAt, `WITH: '${key}' belongs to a destination; this table is a source ('millrace.type')`);
    }
  if (connector === 'kafka' && !type) {
    for (const option of [options.lateness > 0 ? late : undefined, options.early !== null ? early : undefined])
      if (option)
        problems.add(
          option.keyAt,
          `WITH: '${option.key}' revises rows, and a 'kafka' table doesn't support consuming update changes; write 'connector' = 'upsert-kafka' and a PRIMARY KEY`,
        );
    return;
  }
  if (connector !== 'filesystem') {
    if (early && !type && KEYED.has(connector ?? '') && node.primaryKeys.length === 0)
      problems.add(
        early.keyAt,
        "WITH: 'millrace.early' needs a PRIMARY KEY here, so that a later row of a window takes the place of an earlier one",
      );
    return;
  }
  const once =
    'files of the lake are written once, so a row there cannot be revised; write into a dynamodb or kinesis table';
  for (const option of [options.lateness > 0 ? late : undefined, options.early !== null ? early : undefined])
    if (option && !type) problems.add(option.keyAt, `WITH: '${option.key}' does not go with 'filesystem': ${once}`);
};
