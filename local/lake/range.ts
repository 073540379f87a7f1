// Which tables and hours a call means.
import type { Plan } from '../../shared/query/plan.ts';
import type { LakeRange } from '../../shared/steps/lake/live-files.ts';
import { wouldWork } from '../build/did-you-mean.ts';
import { CallError } from '../cli/call-error.ts';

const INSTANT = /^(\d{4}-\d\d-\d\d)(?:T(\d\d)(?::\d\d(?::\d\d)?(?:Z)?)?)?$/;

const hourOf = (option: string, text: string, hour: string): string => {
  const [, dt, own] = INSTANT.exec(text) ?? [];
  if (dt === undefined || Number.isNaN(Date.parse(`${dt}T${own ?? '00'}:00:00Z`)))
    throw new CallError(`--${option} is "${text}"; write a day or an hour in UTC: 2026-01-31 or 2026-01-31T09`);
  return `dt=${dt}/hour=${own ?? hour}`;
};

/** With both ends. @throws CallError */
export const rangeOf = (from: string | undefined, to: string | undefined): LakeRange => ({
  ...(from !== undefined && { from: hourOf('from', from, '00') }),
  ...(to !== undefined && { to: hourOf('to', to, '23') }),
});

/** Tables of the lake, or the one that is asked for. @throws CallError */
export const lakeNames = (plan: Plan, type: string | undefined): readonly string[] => {
  const all = plan.tables.filter((t) => t.connector === 'filesystem').map((t) => t.name);
  if (type === undefined) return all;
  if (!all.includes(type)) throw new CallError(`--type is "${type}"; ${wouldWork(type, all, 'tables of the lake')}`);
  return [type];
};
