// docs/sql.md: every statement compiles, every refusal is refused with the way round that the page gives.
import { describe, expect, test } from 'vitest';
import { compileSql } from '../../shared/query/compile.ts';
import { FUNCTIONS } from '../../shared/query/functions/index.ts';
import { readPage, samplesOf } from './samples.ts';

const page = readPage('docs/sql.md');
const blocks = samplesOf(page).map((s) => s.body);
const compile = (...texts: readonly string[]) =>
  compileSql(
    texts.map((text, i) => ({ path: `${i}.sql`, text })),
    { types: ['order.v1'] },
  );

const refused = [...page.matchAll(/^\| `(.+)` \| (.+) \|$/gm)].map(([, sql = '', wayRound = '']) => ({
  sql,
  wayRound,
}));

describe('docs/sql.md', () => {
  test('has no statement with a mistake', () => {
    const { plan, errors } = compile(blocks.join('\n'));
    expect(errors.map((e) => e.message)).toEqual([]);
    expect(plan.queries.map((q) => (q.kind === 'window' ? q.window.kind : q.kind)).sort()).toEqual(
      // The union is two queries, the rollup one for each set of keys.
      ['cumulate', 'hop', 'session', 'stateless', 'stateless', 'stateless', 'tumble', 'tumble', 'tumble', 'tumble'],
    );
  });

  test('lists refusals', () => expect(refused.length).toBeGreaterThanOrEqual(8));

  test.each(refused)('$sql is refused with the way round', ({ sql, wayRound }) => {
    const { errors } = compile(blocks.filter((b) => b.startsWith('CREATE')).join('\n'), `${sql};`);
    expect(errors.map((e) => e.message.replace(/^Flink takes this, .*? Way round: /, ''))).toEqual([wayRound]);
  });

  test('names every function', () => {
    const part = page.slice(page.indexOf('## Functions'), page.indexOf('## What is refused'));
    const shown = (name: string): string => name.replace(/^(\w+) TO$/, '$1(… TO unit)');
    expect([...FUNCTIONS.keys()].filter((name) => !part.includes(`\`${shown(name)}\``))).toEqual([]);
  });
});
