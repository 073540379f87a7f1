import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { drawGraph } from '../../local/plan-picture/draw.ts';
import { type Graph, joined, type Operator } from '../../local/plan-picture/graph.ts';
import { graphOfQuery } from '../../local/plan-picture/graph-of-query.ts';
import { CHAR, layout, PAD } from '../../local/plan-picture/layout.ts';
import type { Query } from '../../shared/query/plan.ts';
import { BIGINT, PLAN, QUERIES, STRING } from './given.ts';

const graphOf = (name: string): Graph => graphOfQuery(PLAN, QUERIES[name] as Query);
const ways = (graph: Graph): readonly string[] =>
  graph.flatMap((o) => o.from.map((f) => `${graph[f]?.title} > ${o.title}`));

describe('the operators of a query', () => {
  test.each([
    [
      'stateless',
      ['orders > look up', 'stores > look up', 'look up > unnest', 'unnest > where', 'where > select', 'select > out'],
    ],
    [
      'composed',
      [
        'orders > where',
        'where > group',
        'payments > keep rows',
        'group > left join',
        'keep rows > left join',
        'left join > ranks 1 to 3',
        'ranks 1 to 3 > select',
        'select > out',
      ],
    ],
    [
      'interval',
      ['orders > where', 'where > interval join', 'payments > interval join', 'interval join > select', 'select > out'],
    ],
    ['running', ['payments > keep the first 3', 'keep the first 3 > select', 'select > out']],
  ])('%s', (name, expected) => {
    expect(ways(graphOf(name))).toEqual(expected);
  });

  test('say what they do, with the names of the columns', () => {
    const does = (name: string, title: string) => graphOf(name).find((o) => o.title === title)?.does;
    expect(does('stateless', 'look up')).toEqual(['id = store']);
    expect(does('stateless', 'where')).toEqual(['(total > 0)']);
    expect(does('composed', 'group')).toEqual(['tumbling windows of 1 min', 'for each store']);
    expect(does('composed', 'left join')).toEqual(['store = store']);
    expect(does('interval', 'interval join')).toContain('left time - right time from -1 min to 0 s');
    expect(does('running', 'keep the first 3')).toEqual([
      'for each store',
      'paid DESC; of equals the earlier arrival first',
    ]);
    expect(does('running', 'out')).toEqual(['dynamodb', 'one row for each store']);
  });

  test('have a type for every column', () => {
    const row = (name: string, title: string) =>
      graphOf(name)
        .find((o) => o.title === title)
        ?.row.map((s) => `${s.name} ${s.type.kind}`);
    expect(row('stateless', 'unnest')).toEqual([
      'store STRING',
      'total BIGINT',
      'ts TIMESTAMP',
      'stores.region STRING',
      'tag STRING',
      'ordinality INT',
    ]);
    expect(row('composed', 'left join')).toEqual([
      ...[
        'store STRING',
        'window_start TIMESTAMP',
        'window_end TIMESTAMP',
        'window_time TIMESTAMP',
        'SUM(total) BIGINT',
      ],
      ...[
        'store STRING',
        'window_start TIMESTAMP',
        'window_end TIMESTAMP',
        'window_time TIMESTAMP',
        'store STRING',
        'paid BIGINT',
      ],
    ]);
    expect(row('composed', 'select')).toEqual(['store STRING', 'SUM(total) BIGINT']);
    expect(row('running', 'select')).toEqual(['store STRING', 'paid BIGINT']);
  });
});

const words = fc.array(
  fc.string({ unit: fc.constantFrom('a', 'b', 'W', '<', '&', '_'), minLength: 1, maxLength: 60 }),
  { minLength: 1, maxLength: 12 },
);
/** Each reads some of those before it. */
const graphs: fc.Arbitrary<Graph> = fc
  .array(
    fc.record({
      kind: fc.constantFrom('stream', 'reference', 'operator', 'destination'),
      title: fc.string({ maxLength: 30 }),
      does: fc.array(
        words.map((w) => w.join(' ')),
        { maxLength: 4 },
      ),
      row: fc.array(fc.record({ name: fc.string({ maxLength: 60 }), type: fc.constantFrom(STRING, BIGINT) }), {
        maxLength: 30,
      }),
      from: fc.array(fc.nat(), { maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((all) =>
    all.map((o, i): Operator => ({ ...o, from: i === 0 ? [] : [...new Set(o.from.map((f) => f % i))] }) as Operator),
  );

describe('the picture', () => {
  test('has no box over another, and what is read stands to the left', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const { boxes, width, height } = layout(graph);
        expect(boxes).toHaveLength(graph.length);
        boxes.forEach((a, i) => {
          expect(a.x >= 0 && a.y >= 0 && a.x + a.width <= width && a.y + a.height <= height).toBe(true);
          for (const f of a.of.from) expect((boxes[f]?.x ?? 0) + (boxes[f]?.width ?? 0)).toBeLessThan(a.x);
          for (const b of boxes.slice(i + 1))
            expect(a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y).toBe(
              true,
            );
        });
      }),
    );
  });

  test('has room for its texts, and escapes them', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        for (const b of layout(graph).boxes)
          for (const chars of [...b.does.map((d) => d.length), ...b.row.map(([n, t]) => n.length + t.length + 1)])
            expect(chars * CHAR + 2 * PAD).toBeLessThanOrEqual(b.width);
        const svg = drawGraph(graph, 'a < b & c');
        expect(svg).toContain('<title>a &lt; b &amp; c</title>');
        expect(svg.replaceAll(/&(lt|gt|amp|quot);/g, '')).not.toContain('&');
        for (const [, content = ''] of svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)) expect(content).not.toMatch(/[<>]/);
      }),
      { numRuns: 50 },
    );
  });

  test('of several queries has all of them', () => {
    const svg = drawGraph(joined([graphOf('running'), graphOf('interval')]), 'both');
    expect(svg).toContain('keep the first 3');
    expect(svg).toContain('interval join');
    expect(ways(joined([graphOf('running'), graphOf('interval')]))).toEqual([
      ...ways(graphOf('running')),
      ...ways(graphOf('interval')),
    ]);
  });
});
