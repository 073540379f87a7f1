// Rejected and late events as text: counts first, then rows.
import type { EpochMs } from '../../shared/time.ts';
import type { Known } from './select.ts';
import type { State } from './state.ts';

export const instant = (at: EpochMs): string => new Date(at).toISOString().replace('T', ' ').slice(0, 19);

/** Columns as wide as their widest cell; the last one as it comes. */
export const table = (rows: readonly (readonly string[])[]): string => {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((r) => r[i]?.length ?? 0)));
  return rows
    .map((r) =>
      r
        .map((cell, i) => (i === r.length - 1 ? cell : cell.padEnd(widths[i] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};

export const plural = (n: number, one: string): string => `${n.toLocaleString('en-US')} ${one}${n === 1 ? '' : 's'}`;

const KINDS = ['open', 'fixed', 'resubmitted', 'discarded'] as const satisfies readonly State['kind'][];

/** `3 open, 1 fixed` */
export const statesIn = (known: readonly Known[]): string =>
  KINDS.map((kind) => [known.filter((k) => k.state.kind === kind).length, kind] as const)
    .filter(([n]) => n > 0)
    .map(([n, kind]) => `${n.toLocaleString('en-US')} ${kind}`)
    .join(', ');

export type Count = {
  readonly stage: string;
  readonly rule: string;
  readonly query: string | null;
  readonly source: string | null;
  readonly type: string | null;
  readonly events: number;
  readonly open: number;
};

/** Most events first. */
export const countsOf = (known: readonly Known[]): readonly Count[] =>
  [
    ...Map.groupBy(known, ({ entry: e }) =>
      JSON.stringify([e.stage, e.rule, e.query ?? null, e.source ?? null, e.type ?? null]),
    ),
  ]
    .map(([name, all]): Count => {
      const [stage, rule, query, source, type] = JSON.parse(name) as [string, string, ...(string | null)[]];
      const open = all.filter((k) => k.state.kind === 'open').length;
      return {
        stage,
        rule,
        query: query ?? null,
        source: source ?? null,
        type: type ?? null,
        events: all.length,
        open,
      };
    })
    .sort((a, b) => b.events - a.events);

export const showCounts = (known: readonly Known[]): string =>
  table([
    ['stage', 'rule', 'query', 'source', 'type', 'events', 'open'],
    ...countsOf(known).map((c) => [
      c.stage,
      c.rule,
      c.query ?? '-',
      c.source ?? '-',
      c.type ?? '-',
      c.events.toLocaleString('en-US'),
      c.open.toLocaleString('en-US'),
    ]),
  ]);

const MOST = 100;
const short = (text: string): string => (text.length > MOST ? `${text.slice(0, MOST - 1)}…` : text);

const whyOf = ({ entry: e }: Known): string =>
  e.late === undefined
    ? short(e.field === undefined ? e.cause : `${e.field} ${e.cause}`)
    : e.late.window === null
      ? `${instant(e.late.time)}, watermark ${instant(e.late.watermark)}`
      : `${instant(e.late.time)}, its window closed at ${instant(e.late.window[1])}`;

export const showRows = (known: readonly Known[]): string =>
  table([
    ['id', 'arrived', 'state', 'stage', 'rule', 'why'],
    ...known.map((k) => [
      k.entry.id,
      instant(k.entry.arrival),
      k.state.kind,
      k.entry.stage,
      k.entry.query === undefined ? k.entry.rule : `${k.entry.rule} ${k.entry.query}`,
      whyOf(k),
    ]),
  ]);

export const showState = (s: State): string => {
  switch (s.kind) {
    case 'open':
      return 'open: nobody did anything about it';
    case 'fixed':
      return `fixed by ${s.how}, ${instant(s.at)} by ${s.by}: millrace failed resubmit sends it`;
    case 'resubmitted':
      return `resubmitted ${instant(s.at)} by ${s.by}${s.times > 1 ? `, ${s.times} times` : ''}, to ${s.to}`;
    case 'discarded':
      return `discarded ${instant(s.at)} by ${s.by}: ${s.reason}`;
    default:
      return s satisfies never;
  }
};

/** Text as it came; other bytes in base64. JSON with a line for each member. */
export const showPayload = (payload: Uint8Array): string => {
  const text = Buffer.from(payload).toString();
  if (text.includes('\ufffd')) return `base64 ${Buffer.from(payload).toString('base64')}`;
  try {
    JSON.parse(text);
    return text;
  } catch {
    return text;
  }
};
