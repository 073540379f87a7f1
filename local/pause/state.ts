// Whether a stage is paused: one item in its ledger table, written by the commands alone. Absent: it is not.
import { randomUUID } from 'node:crypto';
import type { Table } from '../../shared/ports.ts';
import type { EpochMs } from '../../shared/time.ts';

/** With `-ing`: begun; the same command goes on with it. */
export type Act = 'pausing' | 'paused' | 'draining' | 'drained' | 'resuming';

export type Pause = {
  readonly act: Act;
  readonly since: EpochMs;
  /** Ids of the callers that the command turned off: those, and no others, are turned on again. */
  readonly off: readonly string[];
  /** Nothing that a pause of the whole stage holds was left on. */
  readonly whole: boolean;
  /** The endpoint was closed by a drain: what was paused before it was caught up with first. */
  readonly drained: boolean;
  /** When something unread is lost for the first time, and what. */
  readonly lostAt: EpochMs | null;
  readonly lostWhere: string | null;
};

const KEY = { pk: 'pause', sk: '-' } as const;

export type Held = { readonly pause: Pause | null; readonly version: number };

export const readPause = async (table: Table): Promise<Held> => {
  const item = await table.get(KEY);
  if (item === undefined) return { pause: null, version: 0 };
  const pause = JSON.parse(item.what as string) as Pause | null;
  return { pause, version: item.version as number };
};

/** @returns the new version; undefined: another command was faster. A put that comes again since its answer was lost finds its own `id` */
export const writePause = async (table: Table, before: number, pause: Pause | null): Promise<number | undefined> => {
  const item = { ...KEY, version: before + 1, what: JSON.stringify(pause), id: randomUUID() };
  const when =
    before === 0 ? ({ kind: 'absent' } as const) : ({ kind: 'equals', field: 'version', value: before } as const);
  const written = await table.put(item, when);
  return written.ok || written.found?.id === item.id ? before + 1 : undefined;
};
