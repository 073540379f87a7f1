// What verify found, as text.

import type { Difference } from '../../shared/steps/verify/compare.ts';
import type { Repaired } from '../../shared/steps/verify/repair.ts';
import type { Verified } from '../../shared/steps/verify/verify.ts';
import type { EpochMs } from '../../shared/time.ts';
import { instant, plural } from '../failed/show.ts';
import type { Engine } from './of-stage.ts';

const windowText = (window: readonly [EpochMs, EpochMs] | null): string =>
  window === null ? 'no window' : `${instant(window[0])} to ${instant(window[1]).slice(11)}`;

const WHAT: Readonly<Record<Difference['kind'], string>> = {
  missing: 'missing row',
  extra: 'extra row',
  other: 'other value',
  older: 'older revision',
  unreadable: 'no row',
};

export const showDifference = (d: Difference): string => {
  const counted = d.counted === undefined ? '' : `, which had counted ${d.counted[0]} of ${d.counted[1]} rows`;
  const head = `${WHAT[d.kind]}  ${windowText(d.window)}  ${d.key}${counted}`;
  const columns =
    d.kind === 'missing' || d.kind === 'extra'
      ? [`  ${d.columns.map((c) => `${c.column} ${d.kind === 'missing' ? c.expected : c.found}`).join(', ')}`]
      : d.columns.map((c) => `  ${c.column}: found ${c.found}, expected ${c.expected}`);
  return [head, ...columns].join('\n');
};

const unsettled = (n: number, held: string | null): string =>
  held === null
    ? `${plural(n, 'row')} decided while it looked; once more shows them`
    : `${plural(n, 'row')}: more of ${held} was counted than archive and stream have`;

const notJudged = ({ notJudged: n, held, settled, windowed, replaced }: Verified): readonly string[] => [
  ...(n.open > 0 && !windowed && settled === null ? [unsettled(n.open, held)] : []),
  ...(n.open > 0 && (windowed || settled !== null)
    ? [
        `${plural(n.open, windowed ? 'window' : 'row')} not closed for good yet${
          settled === null
            ? `: nothing is closed${held === null ? '' : `; the archive shows no clock of ${held} yet`}`
            : `, after ${instant(settled)}`
        }`,
      ]
    : []),
  ...(n.before > 0
    ? [
        `${plural(n.before, windowed ? 'window' : 'row')} may count what came before the archive was read; --from earlier`,
      ]
    : []),
  ...(replaced > 0 ? [`${plural(replaced, 'row')}: a later one stands in the place of each`] : []),
  ...(n.partial > 0 ? [`${plural(n.partial, windowed ? 'window' : 'row')} began before the query did`] : []),
];

export const showVerified = (v: Verified, engine: Engine): string => {
  const by = `${plural(v.events, 'event')} of the archive, by ${engine.name}${engine.why === null ? '' : ` (${engine.why})`}`;
  const lines = [by, ...v.differences.map(showDifference), ...notJudged(v).map((line) => `not judged: ${line}`)];
  if (v.span === null || (v.rows === 0 && v.replaced > 0 && v.differences.length === 0))
    return [...lines, `${v.query}: no ${v.windowed ? 'closed window' : 'row'} to compare`].join('\n');
  const where = v.windowed
    ? `${plural(v.windows, 'closed window')} of ${v.query}, ${windowText(v.span)}`
    : `${v.query}, ${windowText(v.span)}`;
  const found = v.differences.length === 0 ? 'equal' : plural(v.differences.length, 'difference');
  return [...lines, `${where}: ${plural(v.rows, 'row')} in ${v.table}, ${found}`].join('\n');
};

export const showRepaired = (all: readonly Repaired[]): string => {
  const newer = all.filter((r) => r.outcome === 'newer').length;
  const left = newer === 0 ? '' : `; ${newer} were decided anew meanwhile: verify again`;
  return `${plural(all.length - newer, 'row')} repaired${left}`;
};
