// Types of an input's slots: its columns, look-ups and UNNEST.
import type { Feed } from '../check/relation.ts';
import type { SqlType } from '../types.ts';

export const slotTypes = (feed: Feed): readonly SqlType[] => [
  ...feed.base.columns.map((c) => c.type),
  ...feed.lookups.flatMap((l) => l.columns.map((c) => c.type)),
  ...(feed.unnest?.columns.map((c) => c.type) ?? []),
  ...(feed.unnest?.ordinality ? [{ kind: 'INT' as const }] : []),
];
