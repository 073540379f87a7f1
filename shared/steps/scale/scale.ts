// metrics -> shards. Gives each stream the shards that its load needs. The table keeps when a stream was changed: a change is written
// down under a condition before it is asked for, so that two invocations never make two changes of one reason.
import type { Told } from '../../metrics/told.ts';
import type { Clock, Table } from '../../ports.ts';
import { type EpochMs, hours } from '../../time.ts';
import type { ScheduleStep } from '../../trigger/schedule.ts';
import { decide, type MinuteLoad, type ScaleSettings, SHRINK_MINUTES } from './decide.ts';

/** The shards of one stream. */
export type StreamScaler = {
  readonly name: string;
  /** `steady`: active and provisioned. */
  now(): Promise<{ readonly open: number; readonly steady: boolean }>;
  /** Asks for another count; the stream works on it for a while. */
  update(to: number): Promise<void>;
};

/** What streams took in, from the monitoring of the account. */
export type StreamLoads = {
  /** The last whole minutes, oldest first. */
  minutes(stream: string, count: number, now: EpochMs): Promise<readonly MinuteLoad[]>;
};

export type ScaleDeps = {
  readonly streams: readonly StreamScaler[];
  readonly loads: StreamLoads;
  readonly table: Table;
  readonly clock: Clock;
  readonly settings: ScaleSettings;
  readonly say: (message: string, fields: Readonly<Record<string, unknown>>) => void;
};

const REMEMBER = hours(24);
const keyOf = (stream: string) => ({ pk: `scale#${stream}`, sk: '-' });

export const scale = (deps: ScaleDeps): ScheduleStep => {
  const { loads, table, clock, settings, say } = deps;

  const one = async (stream: StreamScaler): Promise<void> => {
    const now = clock.now();
    const found = await table.get(keyOf(stream.name));
    const changes = typeof found?.changes === 'string' ? (JSON.parse(found.changes) as readonly EpochMs[]) : [];
    const { open, steady } = await stream.now();
    const minutes = await loads.minutes(stream.name, SHRINK_MINUTES, now);
    const decision = decide(now, { open, steady, minutes, changes }, settings);
    if (decision.kind === 'stay') return;
    const v = typeof found?.v === 'number' ? found.v : 0;
    const kept = [...changes.filter((at) => now - at < REMEMBER), now];
    const written = await table.put(
      { ...keyOf(stream.name), v: v + 1, changes: JSON.stringify(kept) },
      v === 0 ? { kind: 'absent' } : { kind: 'equals', field: 'v', value: v },
    );
    // Another invocation decided in between.
    if (!written.ok) return;
    await stream.update(decision.to);
    say('shards change', { stream: stream.name, from: open, to: decision.to, why: decision.why });
  };

  return async (): Promise<Told> => {
    let failed: { readonly error: unknown } | undefined;
    for (const stream of deps.streams)
      try {
        await one(stream);
      } catch (error) {
        // The others are looked at all the same.
        failed ??= { error };
      }
    if (failed !== undefined) throw failed.error;
    return { measures: {} };
  };
};
