// The time of `millrace run` by part: what the engine and Node's own modules did counts for the nearest caller that has a part.
import type { Profile } from './goal.ts';

export type Tree = {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
    readonly hitCount?: number | undefined;
    readonly children?: readonly number[] | undefined;
  }[];
};

const GARBAGE = 'garbage collection';
const TURNS = 'turns of the event loop';
const START = 'start: modules, the pipeline compiled';
/** The first that fits. */
const PARTS: readonly (readonly [part: string, path: RegExp])[] = [
  ['reading the input', /\/local\/run\/(?:input|load|read-lines|hook-input|source-input)\.ts/],
  ['books and rows', /\/local\/run\/|hyparquet|duckdb/],
  ['pollers and sandboxes', /\/local\/(?:poller|sandbox)\/|\/shared\/trigger\/|@middy|powertools/],
  [
    'services of this machine',
    /\/local\/(?:kinesis|services)\/|\/shared\/memory\/|dynalite|level|fastify|fauxqs|light-my-request|find-my-way/,
  ],
  ["the functions' client of AWS", /\/shared\/aws\/|@smithy|@aws-sdk/],
  ['formats: events, schemas, aggregates', /\/shared\/(?:event|lanes|adapters|kpl)\/|\.millrace\/pipeline/],
  ['steps: folds, windows, enrichments, ledgers', /\/shared\/|\/functions\/|maxmind|bowser|hyparquet/],
  [START, /\/local\/|\/bench\/|node_modules|node:internal\/(?:modules|deps)/],
];

const partOf = (url: string): string | undefined => PARTS.find(([, path]) => path.test(url))?.[0];

/** Share of the samples by part, most first; what waits is left out. */
export const partTimes = ({ nodes }: Tree): Profile['lines'] => {
  const byId = new Map(nodes.map((n) => [n.id, n]));
  const hits = new Map<string, number>();
  let all = 0;
  const walk = (id: number, outer: string): void => {
    const node = byId.get(id);
    if (node === undefined) return;
    const { functionName, url } = node.callFrame;
    const part = partOf(url) ?? outer;
    const own = functionName === '(garbage collector)' ? GARBAGE : part;
    const count = functionName === '(idle)' || functionName === '(program)' ? 0 : (node.hitCount ?? 0);
    all += count;
    hits.set(own, (hits.get(own) ?? 0) + count);
    for (const child of node.children ?? []) walk(child, part);
  };
  const [root] = nodes;
  if (root !== undefined) walk(root.id, TURNS);
  return [...hits]
    .toSorted((a, b) => b[1] - a[1])
    .map(([name, count]) => ({ name, share: Number((count / all).toFixed(3)) }))
    .filter(({ share }) => share > 0);
};
