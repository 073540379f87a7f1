// millrace cost: price a month and for a million events, from units counted in a run of the load.
import { writeFileSync } from 'node:fs';
import { styleText } from 'node:util';
import { lineMaker, total } from '../cost/bill.ts';
import { costSvg } from '../cost/cost-svg.ts';
import {
  CURVE_EVENTS,
  CURVE_RATES,
  crossings,
  curvesOf,
  type Estimate,
  type EstimateOptions,
  estimate,
  perMillion,
} from '../cost/estimate.ts';
import { lakeMonth } from '../cost/lake-hour.ts';
import { DEFAULT_LOAD, type Load } from '../cost/load.ts';
import { LIST_PRICES, PriceError, readPrices, TIMES } from '../cost/prices.ts';
import {
  compared,
  crossed,
  footnote,
  goalLine,
  lines,
  parts,
  rate,
  state,
  statePrices,
  usd,
} from '../cost/show-cost.ts';
import { sumOf } from '../cost/units.ts';
import { CallError } from './call-error.ts';
import type { Call, ExitCode } from './commands.ts';
import { paramsOf, templateOf } from './deploy-now.ts';
import { flagOf, numberOf, textOf } from './parse-call.ts';
import { PROJECT } from './places.ts';
import { progress } from './progress.ts';

/** What is priced when no load is given. */
const RATES = [0, 1, 100, 5_000];
const REQUESTS = [1, 100];
/** Parquet that a table of the lake gets in an hour: what docs/lake.md reckons with. */
const LAKE_BYTES = 100e6;

const loadOf = (call: Call): Load => ({
  eventsPerSecond: numberOf(call, 'events-per-second', 0, 1_000_000, false) ?? DEFAULT_LOAD.eventsPerSecond,
  bytes: numberOf(call, 'bytes', 300, 1_000_000) ?? DEFAULT_LOAD.bytes,
  eventsPerRequest: numberOf(call, 'events-per-request', 1, 10_000) ?? DEFAULT_LOAD.eventsPerRequest,
  keys: numberOf(call, 'keys', 1, 10_000_000) ?? DEFAULT_LOAD.keys,
  queries: numberOf(call, 'queries', 1, 100) ?? DEFAULT_LOAD.queries,
  windowSeconds: numberOf(call, 'window', 1, 86_400) ?? DEFAULT_LOAD.windowSeconds,
  shards: numberOf(call, 'shards', 1, 10_000) ?? null,
  onDemand: flagOf(call, 'on-demand') === true || paramsOf(call).capacity === 'on-demand',
});

const words = (load: Load): string =>
  `${load.bytes} bytes an event, ${load.eventsPerRequest} event${load.eventsPerRequest === 1 ? '' : 's'} a request, ` +
  `${load.keys.toLocaleString('en-US')} keys, ${load.queries} ${load.queries === 1 ? 'query' : 'queries'}, windows of ${load.windowSeconds} s` +
  `${load.onDemand ? ', streams on demand' : ''}`;

const asJson = (e: Estimate) => ({
  load: e.load,
  shards: e.counted.shards,
  played: { seconds: e.counted.seconds, events: e.counted.events },
  measuredCpuMicros: sumOf(e.counted.flow).cpuMicros,
  bills: e.bills.map((bill) => ({
    name: bill.name,
    month: total(bill),
    perMillionEvents: perMillion(bill, e.load) ?? null,
    lines: bill.lines,
  })),
  state: e.load.eventsPerSecond === 0 ? [] : statePrices(e),
  counted: { flow: e.counted.flow, minute: e.counted.minute, window: e.counted.window },
});

const pricesOf = (call: Call) => {
  const file = textOf(call, 'prices');
  if (file === undefined) return LIST_PRICES;
  try {
    return readPrices(file);
  } catch (error) {
    throw error instanceof PriceError ? new CallError(`--prices ${error.message}`) : error;
  }
};

export const cost = async (call: Call): Promise<ExitCode> => {
  const load = loadOf(call);
  const asked = textOf(call, 'events-per-second') !== undefined;
  const prices = pricesOf(call);
  const bar = progress();
  const [stage, region] = [textOf(call, 'stage'), textOf(call, 'region')];
  const options: EstimateOptions = {
    template: templateOf(call),
    service: {
      root: PROJECT,
      params: paramsOf(call),
      ...(stage !== undefined && { stage }),
      ...(region !== undefined && { region }),
    },
    prices,
    times: TIMES,
    tell: (text) => bar.update(text),
  };
  // Curves take as many shards as each rate needs; so does a table of several rates.
  const many = { ...load, shards: null };
  const requests = asked || textOf(call, 'events-per-request') !== undefined ? [load.eventsPerRequest] : REQUESTS;
  const tables: { readonly request: number; readonly estimates: readonly Estimate[] }[] = [];
  for (const request of requests) {
    const estimates: Estimate[] = [];
    const rates = asked ? [load.eventsPerSecond] : RATES;
    for (const eventsPerSecond of rates)
      estimates.push(await estimate(options, { ...(asked ? load : many), eventsPerRequest: request, eventsPerSecond }));
    tables.push({ request, estimates });
  }
  const curved: Estimate[] = [];
  const curveLoad = { ...many, eventsPerRequest: requests.at(-1) ?? load.eventsPerRequest };
  for (const eventsPerSecond of CURVE_RATES)
    curved.push(await estimate(options, { ...curveLoad, eventsPerSecond }, CURVE_EVENTS));
  bar.end();
  const curves = curvesOf(curved);
  const found = crossings(curves);
  const svg = textOf(call, 'svg');
  if (svg !== undefined) {
    writeFileSync(svg, costSvg(curves, found, words(curveLoad)));
    process.stderr.write(`the curves are in ${svg}\n`);
  }
  const lake = await lakeMonth(lineMaker(prices), options.template, LAKE_BYTES);
  if (flagOf(call, 'json') === true) {
    const { date, region: where } = prices;
    const estimates = tables.flatMap((t) => t.estimates.map(asJson));
    process.stdout.write(
      `${JSON.stringify({ prices: { date, region: where }, estimates, curves, crossings: found, lake: lake ?? null })}\n`,
    );
    return 0;
  }
  const bold = (text: string): string => styleText('bold', text, { stream: process.stdout });
  const out: string[] = [];
  for (const { request, estimates } of tables) {
    const title = words({ ...load, eventsPerRequest: request });
    out.push(`${bold('USD a month')}: ${title}\n${compared(estimates, (bill) => usd(total(bill)))}`);
    out.push(`${bold('USD for a million events')}\n${compared(estimates, (bill, e) => usd(perMillion(bill, e.load)))}`);
    out.push(`${bold('State alone')}\n${state(estimates)}`);
  }
  const [only] = tables[0]?.estimates ?? [];
  if (asked && only !== undefined) {
    out.push(`${bold(`Of what a month at ${rate(load.eventsPerSecond)} is made, USD`)}\n${parts(only)}`);
    const [mine] = only.bills;
    if (flagOf(call, 'lines') === true && mine !== undefined) out.push(`${bold('Every line')}\n${lines(mine, prices)}`);
  }
  const [first, ...others] = curves.map((c) => c.name);
  out.push(`${bold('Where they cross')}\n${crossed(found, others, first ?? '')}\n${goalLine(curved)}`);
  process.stdout.write(`${out.join('\n\n')}\n\n${footnote(prices, TIMES)}\n`);
  const unknown = tables[0]?.estimates[0]?.counted.unknown ?? [];
  if (unknown.length > 0)
    process.stdout.write(
      `Counted by invocations and reads alone: ${unknown.join(', ')}: what they write depends on your tables.\n`,
    );
  if (lake !== undefined) process.stdout.write(`Beside it, ${lake.name}: ${usd(total(lake))} USD a month.\n`);
  return 0;
};
