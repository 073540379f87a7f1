// npm run bench [NAME…]: prints every goal with its figure and whether it is met. Ratios within one run, or counts; never a bare time.
import { countsBench } from './counts.ts';
import { kplBench } from './kpl.ts';
import { validatePeerBench } from './validate-peer.ts';

const BENCHES: Readonly<Record<string, () => Promise<readonly string[]>>> = {
  counts: async () => (await countsBench()).map((g) => g.line),
  kpl: kplBench,
  validate: validatePeerBench,
};

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(BENCHES);
for (const name of names) {
  const bench = BENCHES[name];
  if (bench === undefined) {
    console.error(`no bench ${name}; there are ${Object.keys(BENCHES).join(', ')}`);
    process.exit(2);
  }
  console.log(`${name}`);
  for (const line of await bench()) console.log(`  ${line}`);
}
