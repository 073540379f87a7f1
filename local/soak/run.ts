// npm run soak -- --minutes M [--rate 200] [--faults 10] [--seed 1] [--svg FILE]
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { svg } from './plot.ts';
import { soak } from './soak.ts';
import { growth, judge } from './verdict.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '20' },
    rate: { type: 'string', default: '200' },
    faults: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    svg: { type: 'string', default: 'soak.svg' },
  },
});
const numberOf = (name: 'minutes' | 'rate' | 'faults' | 'seed'): number => {
  const n = Number(values[name]);
  if (Number.isFinite(n) && n >= 0) return n;
  process.stderr.write(`--${name} must be a number of 0 or more, not ${values[name]}\n`);
  process.exit(2);
};

const say = (line: string): void => void process.stderr.write(`${line}\n`);
if (globalThis.gc === undefined) say('without --expose-gc: the heap shows garbage too');
const options = {
  minutes: numberOf('minutes'),
  rate: numberOf('rate'),
  seed: numberOf('seed'),
  faults: numberOf('faults'),
};
const { samples, counts, unbalanced, events } = await soak({ ...options, say });

const of = <K extends keyof (typeof samples)[number]>(name: K) => samples.map((s) => s[name]);
writeFileSync(
  values.svg,
  svg(of('at'), [
    {
      title: `Memory of the whole local pipeline, ${options.rate} events a second`,
      unit: 'MB',
      lines: [
        { name: 'RSS', color: '#b33', values: of('rssMb') },
        { name: 'heap and buffers', color: '#36c', values: of('heapMb') },
        { name: 'stored bytes', color: '#693', values: of('storedMb') },
      ],
    },
    {
      title: `Lag under ${samples.at(-1)?.faults ?? 0} faults`,
      unit: 'seconds',
      lines: [
        { name: 'iterator age, worst', color: '#b33', values: of('lag') },
        { name: 'watermark behind', color: '#36c', values: of('delay') },
      ],
    },
  ]),
);
const reasons = [...judge(samples), ...unbalanced.map((u) => `the books of ${u} do not balance`)];
const grown = growth(samples);
if (grown === null) say('too short to judge memory: 6 minutes and more are judged');
process.stdout.write(
  `${JSON.stringify({ events, samples: samples.length, faults: counts, mbPerMinute: grown, svg: values.svg, failed: reasons })}\n`,
);
process.exitCode = reasons.length === 0 ? 0 : 1;
