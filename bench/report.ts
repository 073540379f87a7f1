// node bench/report.ts: docs/performance.md and its pictures, made from what bench/results keeps.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chart } from './chart.ts';
import { type Curve, type Goal, isMet, number } from './goal.ts';
import { kept, type Result } from './results.ts';

const DOCS = join(import.meta.dirname, '../docs');

const TITLES: Readonly<Record<string, string>> = {
  1: 'Writes of state',
  2: 'Streams',
  3: 'The KPL codec',
  4: 'Parsing and checking',
  5: 'From a KPL record to a partial',
  6: 'Against engines',
  7: 'Start',
  8: 'Around a step',
  9: 'Growth',
  10: 'Price',
  local: 'On one machine',
};

const cell = (text: string): string => text.replaceAll('|', '\\|');
const wanted = ({ most, least }: Goal): string =>
  most !== undefined ? `<= ${number(most)}` : least !== undefined ? `>= ${number(least)}` : '';
const verdict = (g: Goal): string => {
  const met = isMet(g);
  return met === undefined ? '' : met ? 'met' : '**not met**';
};

const row = (g: Goal): string => {
  const sides =
    g.peer === undefined
      ? ''
      : `${g.ours === undefined ? '' : `${number(g.ours)}; `}${g.peer.name}: ${number(g.peer.figure)} ${g.peer.unit}`;
  const what = g.note === undefined ? g.what : `${g.what} (${g.note})`;
  return `| ${cell(what)} | ${number(g.figure)} ${g.unit} | ${wanted(g)} | ${cell(sides)} | ${verdict(g)} |`;
};

const table = (goals: readonly Goal[]): string =>
  ['| what | figure | goal | ours; the peer, same run | |', '|---|---|---|---|---|', ...goals.map(row)].join('\n');

const PICTURES: Readonly<Record<string, string>> = {
  calls: 'Writing calls of validate, enrich, aggregate and refine over shards',
  keys: 'Writing calls and write units over keys',
  queries: 'CPU of aggregate over queries on one stream',
};

const pictures = (curves: readonly Curve[]): string =>
  Object.entries(PICTURES)
    .filter(([name]) => curves.some((c) => c.picture === name))
    .map(([name, title]) => {
      const file = `performance-${name}.svg`;
      writeFileSync(
        join(DOCS, file),
        chart(
          title,
          curves.filter((c) => c.picture === name),
        ),
      );
      return `![${title}](${file})`;
    })
    .join('\n\n');

const profiles = (results: readonly Result[]): string =>
  results
    .flatMap((r) => r.profiles ?? [])
    .map(
      (p) =>
        `### ${p.of}${p.when === '' ? '' : `, ${p.when}`}\n\n| share of self time | function |\n|---|---|\n${p.lines
          .map((l) => `| ${(l.share * 100).toFixed(1)} % | \`${l.name}\` |`)
          .join('\n')}`,
    )
    .join('\n\n');

const runs = (results: readonly Result[]): string =>
  [
    '| bench | date | commit | load average, before and after | Node |',
    '|---|---|---|---|---|',
    ...results.map(
      (r) =>
        `| ${r.bench} | ${r.date.slice(0, 16)} | ${r.commit} | ${r.machine.load.join(', ')} | ${r.versions.node} |`,
    ),
  ].join('\n');

const results = kept();
const goals = results.flatMap((r) => r.goals);
const judged = goals.filter((g) => isMet(g) !== undefined);
const [first] = results;
if (first === undefined) throw new Error('bench/results is empty: npm run bench');
const sections = Object.entries(TITLES)
  .toSorted(([a], [b]) => (Number(a) || 99) - (Number(b) || 99))
  .filter(([id]) => goals.some((g) => g.goal === id))
  .map(([id, title]) => {
    const drawn = id === '9' ? `\n\n${pictures(results.flatMap((r) => r.curves ?? []))}` : '';
    return `## ${id === 'local' ? '' : `Goal ${id}: `}${title}\n\n${table(goals.filter((g) => g.goal === id))}${drawn}`;
  });

writeFileSync(
  join(DOCS, 'performance.md'),
  `# Speed and cost

Made by \`node bench/report.ts\` from \`bench/results/\`, which \`npm run bench\` writes. Figures are counts, or processor time of the whole
process in one run with the peer's, sides in turn, the median of the rounds; a time alone says nothing about another machine. Measured on
${first.machine.cpu}, ${first.machine.cores} cores shared with other work. Of ${judged.length} figures with a goal ${judged.filter((g) => isMet(g) === true).length} meet it.

${sections.join('\n\n')}

## What misses, and what stands in the way

- The KPL codec meets its goals in batches; of an aggregate that comes alone MD5 and base64 are most of what is left, as the notes of goal 3
  say ([decision](decisions/2026-11-22-kpl-codec.md)).
- From a KPL record to a partial: ours are two functions with a stream between them. Each event's bytes go through MD5 three times (the
  producer's record checked, the stream's record written, then checked); the usual stack in one function does it once. With few key groups
  the last two have few aggregates to put side by side. The scan is a quarter of \`validate\`, no other function a tenth when its
  memory is warm. aws-lambda-stream costs less here than the goal supposed.
- Engines: the file has ten events for each row, and each row is sorted, written as an event, packed, read again and put into a table under
  its condition. The scan and the column reader each walk the event, too. No single function has more than a tenth of the time.
- Start: the clients of the AWS SDK are most of every bundle. A small signed client is not built and not measured.
- \`millrace run\`: no function stands out. The SDK's own layers, JSON and hashes are spread over hundreds of functions.

Not measured: a compressed form of the streams (goal 2), the time of \`npm ci\` and of \`npm start\` to its first window, latency by stage,
CPU of an SDK call. "Flat" in goal 9 is taken as at most a quarter more.

## Where the time goes

${profiles(results)}

## The runs

${runs(results)}
`,
);
