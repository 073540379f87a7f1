// What inspect found, as tables.
import { instant, plural, table } from '../failed/show.ts';
import { showPause } from '../pause/show-pause.ts';
import { showSpan } from './holder.ts';
import type { Inspected, LedgerState, QueryState } from './inspect.ts';

const ago = (at: number | null, now: number): string => (at === null ? '-' : `${showSpan(now - at)} ago`);
const bytes = (n: number): string => (n < 10_240 ? `${n} B` : `${Math.round(n / 1_024)} KB`);

const ledgerLines = (l: LedgerState, now: number): string =>
  [
    `${l.function}: ${l.decision === null ? 'nothing decided yet' : `decision ${l.decision.number}, ${ago(l.decision.at, now)}`}` +
      `; snapshot ${l.snapshot === null ? 'not made yet' : ago(l.snapshot, now)}; ${l.outboxPending} rows of the outbox not sent`,
    table([
      ['shard', 'entries', 'not counted', 'bytes'],
      ...l.shards.map((s) => [s.shard, String(s.head), String(s.waiting), bytes(s.bytes)]),
    ]),
    `${plural(l.lanes.open, 'lane')} open, ${l.lanes.ended} ended (they leave after 30 days); at most ${l.lanes.most} without reshards`,
  ].join('\n');

const HOT = 0.5;
/** Fewer events say nothing of a key. */
const MANY = 1_000;
/** A key group never uses more than one shard: a key that holds most of a query holds its group. */
const hotLines = (q: QueryState): readonly string[] => {
  const [first] = q.open.hot;
  const said = q.open.hot
    .map((h) => `${h.key} ${h.n.toLocaleString('en-US')} (${Math.round(h.share * 100)} %)`)
    .join(', ');
  if (first === undefined) return [];
  const advice =
    first.share >= HOT && first.n >= MANY && q.open.keys > 1
      ? ': one key never uses more than one shard; millrace shards says what its key group takes'
      : '';
  return [`${q.query}: most ${q.open.countedBy} in open windows: ${said}${advice}`];
};

export const showInspected = (i: Inspected): string =>
  [
    i.paused === null ? '' : showPause(i.paused, i.at),
    ...i.ledgers.map((l) => ledgerLines(l, i.at)),
    table([
      ['query', 'watermark', 'open windows', 'keys', 'from', 'to'],
      ...i.queries.map((q) => [
        q.query,
        q.watermark === null ? '-' : instant(q.watermark),
        String(q.open.windows),
        String(q.open.keys),
        q.open.from === null ? '-' : instant(q.open.from),
        q.open.to === null ? '-' : instant(q.open.to),
      ]),
    ]),
    [...Map.groupBy(i.queries, (q) => q.holder?.says ?? 'nothing: no lane is open')]
      .map(([says, all]) => `held back: ${says}  (${all.map((q) => q.query).join(', ')})`)
      .join('\n'),
    i.queries.flatMap(hotLines).join('\n'),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
