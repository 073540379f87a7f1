// A raw record as `validate` sees it: its events with their verdicts, and which source of sources.yml each is of.

import { ScannedEvent } from '../../event/scan.ts';
import type { UserRecord } from '../../event/unpack.ts';
import type { Source } from '../../pipeline.ts';
import type { Verdict } from '../judge.ts';

/** @param from the source, where its adapter said so; else the event's type names it */
export type Seen = { readonly user: UserRecord; readonly verdict: Verdict; readonly from?: Source };

/** What an event says of itself; a rejected one as far as it got. */
export const named = (
  v: Verdict,
): { id?: string | undefined; source?: string | undefined; type?: string | undefined } =>
  v instanceof ScannedEvent || v.kind === 'reject' ? v : v.event;

/** A source without types is that of all types which no other names. */
export const sourceOfSeen = (sources: readonly Source[]): ((seen: Seen) => Source | undefined) => {
  const byType = new Map(sources.flatMap((s) => s.types.map((t) => [t, s] as const)));
  const any = sources.find((s) => s.types.length === 0);
  return ({ from, verdict }) => {
    if (from !== undefined) return from;
    const { type } = named(verdict);
    return (type === undefined ? undefined : byType.get(type)) ?? any;
  };
};
