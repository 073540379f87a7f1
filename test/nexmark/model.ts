// Counts per bidder and window by the rule of lateness itself, row after row, without any part of Millrace: a row is left out of a window
// when the last instant of the window was reached by the watermark before it. The watermark is that of the row's own shard.

const DELAY = 4_000;

type Bid = { readonly bidder: number; readonly dateTime: string; readonly shard: number };
type Span = readonly [start: number, end: number];

const hops = (time: number, slide: number, size: number): readonly Span[] => {
  const out: Span[] = [];
  for (let start = Math.floor(time / slide) * slide; start > time - size; start -= slide)
    out.push([start, start + size]);
  return out;
};
const growing = (time: number, step: number, size: number): readonly Span[] => {
  const start = Math.floor(time / size) * size;
  const out: Span[] = [];
  for (let end = start + step; end <= start + size; end += step) if (end > time) out.push([start, end]);
  return out;
};

/** The windows of test/nexmark/late/*.sql. */
export const SPANS: Readonly<Record<'tumble' | 'hop' | 'cumulate', (time: number) => readonly Span[]>> = {
  tumble: (time) => hops(time, 10_000, 10_000),
  hop: (time) => hops(time, 4_000, 20_000),
  cumulate: (time) => growing(time, 5_000, 30_000),
};

const shown = (ms: number): string => new Date(ms).toISOString().replace('T', ' ').slice(0, -1);

type Placed = {
  readonly bidder: number;
  readonly time: number /** Of its shard, before it. */;
  readonly watermark: number;
};

function* placed(lines: readonly string[], sharded: boolean): Generator<Placed> {
  const greatest = new Map<number, number>();
  for (const line of lines) {
    const { bidder, dateTime, shard } = JSON.parse(line) as Bid;
    const time = Date.parse(`${dateTime.replace(' ', 'T')}Z`);
    const at = sharded ? shard : 0;
    const reached = greatest.get(at) ?? Number.NEGATIVE_INFINITY;
    yield { bidder, time, watermark: reached - DELAY };
    greatest.set(at, Math.max(reached, time));
  }
}

const rowHead = (bidder: number, start: number, end: number): string =>
  `{"bidder":${bidder},"window_start":"${shown(start)}","window_end":"${shown(end)}","n":`;

/** Rows as the queries give them. @param sharded whether each shard has a watermark of its own */
export const countsByModel = (
  lines: readonly string[],
  spans: (time: number) => readonly Span[],
  sharded: boolean,
): readonly string[] => {
  const counts = new Map<string, number>();
  for (const { bidder, time, watermark } of placed(lines, sharded))
    for (const [start, end] of spans(time)) {
      if (end - 1 <= watermark) continue;
      const key = rowHead(bidder, start, end);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  return [...counts].map(([key, n]) => `${key}${n}}`);
};

const GAP = 10_000;

/** Sessions as Millrace promises them: of the rows that are not behind the watermark, whatever sessions are open. */
export const sessionsByModel = (lines: readonly string[], sharded: boolean): readonly string[] => {
  const times = new Map<number, number[]>();
  for (const { bidder, time, watermark } of placed(lines, sharded)) {
    if (time <= watermark) continue;
    const own = times.get(bidder) ?? [];
    own.push(time);
    times.set(bidder, own);
  }
  return [...times].flatMap(([bidder, own]) => {
    const out: { start: number; last: number; n: number }[] = [];
    for (const time of own.sort((a, b) => a - b)) {
      const open = out.at(-1);
      if (open !== undefined && time - open.last <= GAP) {
        open.last = time;
        open.n++;
      } else out.push({ start: time, last: time, n: 1 });
    }
    return out.map(({ start, last, n }) => `${rowHead(bidder, start, last + GAP)}${n}}`);
  });
};
