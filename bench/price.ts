// Goal 10: the price of keeping state, from units that a run of these functions counted (local/cost), against naive consumers.
import { join } from 'node:path';
import { estimate } from '../local/cost/estimate.ts';
import { DEFAULT_LOAD } from '../local/cost/load.ts';
import { LIST_PRICES, TIMES } from '../local/cost/prices.ts';
import { GOALS, statePrices } from '../local/cost/show-cost.ts';
import { readTemplate } from '../local/template/read-template.ts';
import type { Bench, Goal } from './goal.ts';

const root = join(import.meta.dirname, '..');
/** The goal is for a stream at work: below about a hundred events a second batches are small. */
const RATES = [100, 1_000, 5_000];

export const priceBench: Bench = async (tell) => {
  const goals: Goal[] = [];
  const service = { root, params: {}, env: {} };
  const template = readTemplate(service);
  for (const eventsPerSecond of RATES) {
    const load = { ...DEFAULT_LOAD, eventsPerSecond, eventsPerRequest: 100, shards: null };
    const found = await estimate({ template, service, prices: LIST_PRICES, times: TIMES, tell: () => {} }, load);
    tell(`${eventsPerSecond} events/s counted`);
    const [ours, ...naive] = statePrices(found);
    naive.forEach(({ name, perMillion }, i) => {
      goals.push({
        goal: '10',
        what: `state of a million events at ${eventsPerSecond.toLocaleString('en-US')} events/s`,
        figure: perMillion / (ours?.perMillion ?? Number.NaN),
        unit: 'x',
        ours: ours?.perMillion ?? Number.NaN,
        peer: { name, figure: perMillion, unit: 'USD' },
        ...(eventsPerSecond >= 1_000 && { least: GOALS[i] ?? 0 }),
      });
    });
  }
  return { goals };
};
