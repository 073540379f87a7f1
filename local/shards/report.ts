// The load of a stream's open shards, from what arrived of late.
import type { StreamControl } from '../../shared/aws/stream-control.ts';
import type { EpochMs } from '../../shared/time.ts';
import { type Advice, adviceOf, shardOfGroup } from './advice.ts';
import { fullness, loadOf, type ShardLoad } from './shard-load.ts';

export type StreamReport = {
  readonly stream: string;
  readonly onDemand: boolean;
  readonly loads: readonly ShardLoad[];
  readonly advice: readonly Advice[];
  /** Shards of which only a part of the time was read: their load is that of the part. */
  readonly partly: readonly string[];
};

/** Reads of one shard: 5 MB or more, within the five reads a second that its consumers share. */
const PAGES = 4;

/** @returns undefined when there is no such stream */
export const reportOn = async (
  stream: StreamControl,
  groups: number,
  seconds: number,
  now: EpochMs,
): Promise<StreamReport | undefined> => {
  const state = await stream.state();
  if (state === undefined) return undefined;
  const open = (await stream.shards()).filter((s) => !s.closed);
  const partly: string[] = [];
  const loads: ShardLoad[] = [];
  for (const shard of open) {
    const { records, whole } = await stream.recent(shard.id, now - seconds * 1_000, PAGES);
    const [first, last] = [records[0], records.at(-1)];
    let covered = seconds;
    if (!whole && first !== undefined && last !== undefined) {
      partly.push(shard.id);
      covered = Math.max(1, (last.arrival - first.arrival) / 1_000);
    }
    loads.push(loadOf(shard, records, covered, groups));
  }
  return {
    stream: stream.name,
    onDemand: state.onDemand,
    loads,
    advice: state.onDemand ? [] : adviceOf(loads, groups),
    partly,
  };
};

const kb = (bytes: number): string => (bytes / 1_000).toFixed(bytes < 10_000 ? 1 : 0);
const share = (n: number): string => `${(n * 100).toFixed(n < 0.1 ? 1 : 0)} %`;

/** The heaviest key groups, to be seen at a glance. */
const SHOWN_GROUPS = 4;

export const showReport = (report: StreamReport, groups: number, command: string): string => {
  const rows = [
    ['  shard', 'full', 'KB/s', 'records/s', 'events/s', 'heaviest key groups, KB/s'],
    ...report.loads.map((l) => [
      `  ${l.shard.id}`,
      share(fullness(l)),
      kb(l.bytes),
      l.records.toFixed(1),
      l.events.toFixed(0),
      [...l.groups]
        .toSorted(([, a], [, b]) => b - a)
        .slice(0, SHOWN_GROUPS)
        .map(([g, n]) => `${g}: ${kb(n)}`)
        .join(', '),
    ]),
  ];
  const widths = rows.reduce<number[]>((w, row) => row.map((cell, i) => Math.max(w[i] ?? 0, cell.length)), []);
  const last = widths.length - 1;
  const table = rows.map((row) =>
    row
      .map((cell, i) =>
        i === 0 || i === last ? cell.padEnd(i === last ? 0 : (widths[i] ?? 0)) : cell.padStart(widths[i] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
  const does = (a: Advice): string => {
    switch (a.kind) {
      case 'set':
        return `: ${command} --set ${a.to}`;
      case 'split':
        return `: ${command} --split ${a.shard}`;
      case 'merge':
        return `: ${command} --merge ${a.shard}`;
      case 'hot-group':
        return ` (in ${shardOfGroup(report.loads, a.group, groups) ?? 'no shard'})`;
      default:
        return '';
    }
  };
  return [
    ...table,
    ...(report.partly.length > 0
      ? [`  ${report.partly.join(', ')}: a part of the time was read, the load is that of the part`]
      : []),
    ...(report.onDemand ? ['  on demand: it splits and merges by itself'] : []),
    ...report.advice.map((a) => `  ${a.says}${does(a)}`),
    ...(report.advice.length === 0 && !report.onDemand ? ['  nothing to do'] : []),
  ].join('\n');
};
