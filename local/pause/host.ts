// The valves of `millrace start`, for the commands beside it. Both sides speak by two items of the ledger table: what is wanted, written by a
// command, and what is so, written here, once a second while anything is wanted.
import type { Clock, Table } from '../../shared/ports.ts';
import { showPause } from './show-pause.ts';
import { readPause } from './state.ts';
import type { Caller, Valves } from './valves.ts';

export const WANTED = { pk: 'pause', sk: 'wanted' } as const;
export const SO = { pk: 'pause', sk: 'so' } as const;

export type Wanted = { readonly off: readonly string[]; readonly intake: 'open' | 'closed' };
export type So = { readonly callers: readonly Caller[]; readonly intake: 'open' | 'closed' | null };
export const NOTHING_WANTED: Wanted = { off: [], intake: 'open' };

export type PauseHost = {
  /** Called once a second. */
  look(): Promise<void>;
  /** One line for the page; null while nothing is paused. */
  said(): string | null;
};

export const pauseHost = (ledger: Table, valves: Valves, clock: Clock): PauseHost => {
  let off: ReadonlySet<string> = new Set();
  let said: string | null = null;
  return {
    said: () => said,
    async look() {
      const { pause } = await readPause(ledger);
      said = pause === null ? null : showPause(pause, clock.now());
      const item = await ledger.get(WANTED);
      if (item === undefined) return;
      const wanted = JSON.parse(item.what as string) as Wanted;
      const next = new Set(wanted.off);
      const turned = { on: [...off].filter((id) => !next.has(id)), off: [...next].filter((id) => !off.has(id)) };
      if (turned.on.length > 0) await valves.set(turned.on, true);
      if (turned.off.length > 0) await valves.set(turned.off, false);
      off = next;
      const intake = await valves.intake();
      if (intake !== null && intake !== wanted.intake) await valves.setIntake(wanted.intake);
      const so: So = { callers: await valves.callers(), intake: await valves.intake() };
      await ledger.put({ ...SO, ask: item.ask as number, what: JSON.stringify(so) });
    },
  };
};
