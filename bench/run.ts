// npm run bench [NAME…]: prints every goal with its figure, the peer's of the same run, and whether it is met; keeps them in
// bench/results. `report` makes docs/performance.md of what is kept. Ratios within one run, or counts; a bare time only where somebody
// waits for it.
import { loadavg } from 'node:os';
import { type Bench, isMet, lineOf } from './goal.ts';
import { keep } from './results.ts';

const BENCHES: Readonly<Record<string, () => Promise<Bench>>> = {
  counts: async () => (await import('./counts.ts')).countsBench,
  kpl: async () => (await import('./kpl.ts')).kplBench,
  validate: async () => (await import('./validate-peer.ts')).validatePeerBench,
  path: async () => (await import('./path-peer.ts')).pathPeerBench,
  overhead: async () => (await import('./overhead.ts')).overheadBench,
  engines: async () => (await import('./engines.ts')).enginesBench,
  start: async () => (await import('./start.ts')).startBench,
  client: async () => (await import('./client.ts')).clientBench,
  growth: async () => (await import('./growth.ts')).growthBench,
  price: async () => (await import('./price.ts')).priceBench,
  setup: async () => (await import('./setup-times.ts')).setupTimesBench,
  latency: async () => (await import('./latency.ts')).latencyBench,
  local: async () => (await import('./local-run.ts')).localRunBench,
};

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(BENCHES);
const unknown = names.filter((n) => BENCHES[n] === undefined);
if (unknown.length > 0) {
  console.error(`no bench ${unknown.join(', ')}; there are ${Object.keys(BENCHES).join(', ')}`);
  process.exit(2);
}
let missed = 0;
for (const name of names) {
  const bench = await (BENCHES[name] as () => Promise<Bench>)();
  const load = loadavg()[0] ?? 0;
  console.log(name);
  const outcome = await bench((line) => console.error(`  … ${line}`));
  const { goals } = keep(name, outcome, load);
  for (const goal of goals) console.log(`  ${lineOf(goal)}`);
  missed += goals.filter((g) => isMet(g) === false).length;
}
console.log(`${missed === 0 ? 'every goal of these benches is met' : `${missed} not met`}`);
