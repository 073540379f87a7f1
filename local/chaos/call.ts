// The command line of `npm run chaos`.
import { parseArgs } from 'node:util';
import { ALL_FAULTS, FAULT_NAMES, type FaultName, type Faults, onlyFaults, withoutFaults } from './faults.ts';
import type { Limits } from './shape.ts';

export const USAGE = `npm run chaos -- --seeds A..B [--only FAULT[,FAULT]] [--without FAULT[,FAULT]] [--jobs N] [--json]
npm run chaos -- --seed N [--trace]            one schedule, with everything that happened
  --events N --one-shard --few-groups --no-sinks   a smaller world
  --mode services                                  how the same is done with real clients on local services
Faults: ${FAULT_NAMES.join(', ')}`;

export type Call = {
  readonly from: number;
  readonly to: number;
  readonly faults: Faults;
  readonly limits: Limits;
  readonly jobs: number;
  readonly json: boolean;
  readonly trace: boolean;
  readonly services: boolean;
};

export class CallError extends Error {}

const namesIn = (text: string | undefined): readonly FaultName[] =>
  (text ?? '')
    .split(',')
    .filter((name) => name !== '')
    .map((name) => {
      const known = FAULT_NAMES.find((f) => f === name);
      if (known === undefined) throw new CallError(`no fault is called ${name}; there are ${FAULT_NAMES.join(', ')}`);
      return known;
    });

const whole = (what: string, text: string): number => {
  if (!/^\d{1,15}$/.test(text)) throw new CallError(`${what} is a whole number, not ${text}`);
  return Number(text);
};

const rangeIn = (seed: string | undefined, seeds: string): readonly [number, number] => {
  if (seed !== undefined) return [whole('--seed', seed), whole('--seed', seed)];
  const [, from, to] = /^(\d+)\.\.(\d+)$/.exec(seeds) ?? [];
  if (from === undefined || to === undefined || Number(to) < Number(from))
    throw new CallError(`--seeds is a range such as 1..300, not ${seeds}`);
  return [whole('--seeds', from), whole('--seeds', to)];
};

const valuesOf = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      options: {
        seeds: { type: 'string', default: '1..300' },
        seed: { type: 'string' },
        only: { type: 'string' },
        without: { type: 'string' },
        jobs: { type: 'string', default: '2' },
        events: { type: 'string' },
        mode: { type: 'string', default: 'memory' },
        json: { type: 'boolean', default: false },
        trace: { type: 'boolean', default: false },
        'one-shard': { type: 'boolean', default: false },
        'few-groups': { type: 'boolean', default: false },
        'no-sinks': { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new CallError(error instanceof Error ? error.message : String(error));
  }
};

/** @throws CallError that says what is wrong with the call */
export const parseCall = (args: readonly string[]): Call => {
  const v = valuesOf(args);
  if (v.mode !== 'memory' && v.mode !== 'services') throw new CallError(`--mode is memory or services, not ${v.mode}`);
  const [from, to] = rangeIn(v.seed, v.seeds);
  const named = v.only === undefined ? ALL_FAULTS : onlyFaults(namesIn(v.only));
  const jobs = whole('--jobs', v.jobs);
  if (jobs < 1 || jobs > 64) throw new CallError(`--jobs is 1 to 64, not ${jobs}`);
  return {
    from,
    to,
    faults: withoutFaults(namesIn(v.without), named),
    limits: {
      ...(v.events === undefined ? {} : { events: whole('--events', v.events) }),
      ...(v['one-shard'] ? { oneShard: true } : {}),
      ...(v['few-groups'] ? { fewGroups: true } : {}),
      ...(v['no-sinks'] ? { noSinks: true } : {}),
    },
    jobs,
    json: v.json,
    trace: v.trace,
    services: v.mode === 'services',
  };
};

/** The command that replays a schedule with its trace. */
export const commandFor = (seed: number, faults: Faults, limits: Limits): string => {
  const on = FAULT_NAMES.filter((name) => faults[name] > 0);
  const off = FAULT_NAMES.filter((name) => faults[name] === 0);
  const which =
    off.length === 0 ? '' : off.length < on.length ? ` --without ${off.join(',')}` : ` --only ${on.join(',') || "''"}`;
  const small = [
    limits.events === undefined ? '' : ` --events ${limits.events}`,
    limits.oneShard ? ' --one-shard' : '',
    limits.fewGroups ? ' --few-groups' : '',
    limits.noSinks ? ' --no-sinks' : '',
  ].join('');
  return `npm run -s chaos -- --seed ${seed}${which}${small} --trace`;
};
