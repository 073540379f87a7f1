// Random scripts: the catalogue, views, destinations and queries of one seed, laid out at random.
import { type Rng, rngOf } from '../../../local/generate/rng.ts';
import { CATALOGUE, WRITTEN } from './catalogue.ts';
import { laidOut, mutated } from './layout.ts';
import { type Query, queryOf } from './queries.ts';

export type Script = { readonly text: string; readonly kinds: readonly string[]; readonly mutated: boolean };

const destination = (rng: Rng, name: string, query: Query): string => {
  const columns = query.types.map((type, i) => `c${i + 1} ${WRITTEN[type]}`);
  const keys = Array.from({ length: query.key }, (_, i) => `c${i + 1}`);
  const one = keys.length === 1 && rng.chance(0.3);
  const lines = one ? columns.map((line, i) => (i === 0 ? `${line} PRIMARY KEY NOT ENFORCED` : line)) : columns;
  if (keys.length > 0 && !one)
    lines.push(`${rng.chance(0.2) ? 'CONSTRAINT pk ' : ''}PRIMARY KEY (${keys.join(', ')}) NOT ENFORCED`);
  const connector = query.key > 0 ? 'dynamodb' : 'kinesis';
  const options = [`'connector' = '${connector}'`, ...(query.ttl ? ["'millrace.ttl' = '7 d'"] : [])];
  const comment = rng.chance(0.1) ? " COMMENT 'it''s written by a query'" : '';
  return `CREATE ${rng.chance(0.1) ? 'TEMPORARY ' : ''}TABLE ${rng.chance(0.1) ? 'IF NOT EXISTS ' : ''}${name} (${lines.join(', ')})${comment} WITH (${options.join(', ')})`;
};

const insert = (rng: Rng, into: string, query: Query): string => {
  const columns = rng.chance(0.1) ? ` (${query.types.map((_, i) => `c${i + 1}`).join(', ')})` : '';
  return `INSERT INTO ${into}${columns} ${rng.chance(0.1) ? `(${query.text})` : query.text}`;
};

const statementsOf = (rng: Rng, queries: readonly Query[]): string => {
  // Names of views repeat from query to query.
  const own = (i: number, text: string): string => text.replaceAll(/\b(view|cte)_1\b/g, `$1_${i + 1}`);
  const before = queries.flatMap((query, i) => [
    ...query.views.map((view) => own(i, view)),
    destination(rng, `out_${i + 1}`, query),
  ]);
  const inserts = queries.map((query, i) => own(i, insert(rng, `out_${i + 1}`, query)));
  const together =
    inserts.length > 1 && rng.chance(0.3)
      ? [
          `${rng.pick(['EXECUTE STATEMENT SET BEGIN', 'BEGIN STATEMENT SET;'])} ${inserts.map((text) => `${text};`).join(' ')} END`,
        ]
      : inserts;
  return `${[...CATALOGUE, ...before, ...together].join(';\n')};`;
};

/** @param wild the share of scripts in which one or two words are changed at random */
export const scriptOf = (seed: number, wild = 0.25): Script => {
  const rng = rngOf(seed);
  const queries = rng.chance(0.15) ? [queryOf(rng), queryOf(rng)] : [queryOf(rng)];
  const text = laidOut(rng, statementsOf(rng, queries));
  const change = rng.chance(wild);
  return { text: change ? mutated(rng, text) : text, kinds: queries.map((query) => query.kind), mutated: change };
};
