// The valves of the pipeline that this process plays.
import type { Player } from '../run/play.ts';
import type { FunctionTemplate } from '../template/template.ts';
import { type Caller, callerId, type Valves } from './valves.ts';

type Holdable = { hold(): void; release(): void; readonly idle: boolean };
type One = Omit<Caller, 'state' | 'behind'> & {
  readonly enabled: boolean;
  readonly part: Holdable;
  readonly behind: () => number | null;
};

export type Intake = {
  readonly state: () => 'open' | 'closed';
  readonly set: (to: 'open' | 'closed') => Promise<void>;
};

/** `millrace-dev-raw` -> `raw`. */
export const shortName = (prefix: string, name: string): string =>
  name.startsWith(prefix) ? name.slice(prefix.length) : name;

/**
 * @param prefix of the stage's names: `millrace-dev-`
 * @param intake null: nobody asks for an endpoint
 */
export const playerValves = (player: Player, prefix: string, intake: Intake | null): Valves => {
  const isOn = (fn: FunctionTemplate, kind: string, source: string): boolean =>
    fn.triggers.some((t) =>
      t.kind === 'stream' ? t.stream === source && t.enabled : t.kind === kind && t.kind !== 'http' && t.enabled,
    );
  // Faults make mappings anew: they are looked at each time.
  const all = (): readonly One[] => {
    const one = (
      fn: FunctionTemplate,
      kind: Caller['kind'],
      name: string,
      part: Holdable,
      behind: () => number | null,
    ) => {
      const source = shortName(prefix, name);
      return {
        id: callerId(fn.name, source),
        function: fn.name,
        kind,
        source,
        enabled: isOn(fn, kind, name),
        part,
        behind,
      };
    };
    return [
      ...player.mappings.map(({ fn, stream, mapping }) =>
        one(fn, 'stream', stream, mapping, () => Math.max(0, ...mapping.positions().map((p) => p.behind))),
      ),
      ...player.queues.map(({ fn, queue, mapping }) => one(fn, 'queue', queue, mapping, () => null)),
      ...player.schedules.map(({ fn, timer }) => one(fn, 'schedule', 'schedule', timer, () => null)),
    ];
  };
  const held = new Set<string>();
  return {
    callers: async () =>
      all().map(({ id, function: fn, kind, source, enabled, part, behind }) => {
        const off = held.has(id);
        if (off && !part.idle) part.hold();
        const state = off ? (part.idle ? 'off' : 'turning-off') : enabled ? 'on' : 'off';
        return { id, function: fn, kind, source, state, behind: behind() };
      }),
    async set(ids, on) {
      for (const { id, part } of all()) {
        if (!ids.includes(id)) continue;
        if (on) held.delete(id);
        else held.add(id);
        if (on) part.release();
        else part.hold();
      }
    },
    intake: async () => intake?.state() ?? null,
    setIntake: async (to) => intake?.set(to),
  };
};
