// Every sample of README.md, run as a newcomer would. A block is
//   ```sql FILE, ```json FILE   that file: of the project, word for word, or one that the newcomer writes
//   ```sh                       run to its end; a ```text or ```json block right behind it is what it prints
//   ```sh start                 its last line, until Ctrl-C; the ```sh live blocks up to the next one run beside it
//   ```sh not-run               not run; the text before it says so, and why
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Newcomer, newcomer } from './newcomer.ts';
import { printedBy, readPage, samplesOf } from './samples.ts';

const page = readPage('README.md');
const samples = samplesOf(page);
const inProject = (path: string): URL => new URL(`../../${path}`, import.meta.url);
const { scripts } = JSON.parse(readFileSync(inProject('package.json'), 'utf8')) as { scripts: Record<string, string> };
/** Where the README says that the pipeline listens; a test takes a free port. */
const ORIGIN = 'http://127.0.0.1:8080';

const commands = samples
  .map((sample, index) => ({ ...sample, printed: printedBy(samples, index) }))
  .filter((s) => s.language === 'sh');
const finite = commands.filter((s) => s.note === '');
/** Each start with what is sent to it. */
const starts = commands.flatMap((start, i) => {
  if (start.note !== 'start') return [];
  const later = commands.slice(i + 1);
  const end = later.findIndex((s) => s.note === 'start');
  return [{ start, sent: (end < 0 ? later : later.slice(0, end)).filter((s) => s.note === 'live') }];
});
const files = samples.filter((s) => /^[\w./-]+\.\w+$/.test(s.note));
/** A start as it is called here: the script behind `npm start`, on a free port. */
const callOf = (body: string): string => {
  const last = body.trim().split('\n').at(-1) ?? '';
  return `${last === 'npm start' ? scripts.start : last} --port 0`;
};
/** A time of the moment stands in a command that is sent; the shell fills it in. */
const lines = (text: string): readonly string[] => text.trimEnd().split('\n');

let room: Newcomer;
beforeAll(() => {
  room = newcomer();
  for (const { note, body } of files) if (!existsSync(inProject(note))) room.write(note, body);
});
afterAll(() => room.leave());

// Side by side: most of the time goes by waiting.
describe.concurrent('the samples of the README', () => {
  test('are all of a kind that is checked', () => {
    const kinds = /^(sh|sh start|sh live|sh not-run|text|json|(sql|json) [\w./-]+\.\w+)$/;
    expect(samples.map((s) => `${s.language} ${s.note}`.trim()).filter((kind) => !kinds.test(kind))).toEqual([]);
    expect([finite.length, starts.length, files.length]).toEqual([4, 2, 5]);
  });

  test.each(files.filter((f) => existsSync(inProject(f.note))))('line $line shows $note as it is', ({ note, body }) => {
    expect(readFileSync(inProject(note), 'utf8')).toContain(body);
  });

  test('the commands print what the README says', async () => {
    for (const { body, printed, line } of finite) {
      const out = await room.sh(body);
      expect({ line, out: lines(out) }).toEqual({ line, out: lines(printed ?? '') });
    }
  }, 60_000);

  test.each(starts)(
    'line $start.line starts a pipeline that takes the events shown',
    async ({ start, sent }) => {
      const running = room.start(callOf(start.body));
      try {
        const [, origin = ''] = await running.says(/producers\S*\s+(http:\S+)\/events/);
        expect(sent).not.toEqual([]);
        for (const { body, printed } of sent) {
          const command = body.trim().replace(ORIGIN, origin);
          if (start.body.includes('npm start')) expect((await running.says(/^ *(curl .*)$/m))[1]).toBe(command);
          const answer = await room.sh(`${command} -sS --fail-with-body`);
          if (printed === null) expect(JSON.parse(answer)).toMatchObject({ accepted: 1, rejected: 0, notStored: 0 });
          else expect(answer.trim()).toBe(printed.trim());
          // The order stands in its table; the reading, alone in its pipeline, has passed its schema.
          const seen = body.includes('my-order')
            ? /"order_id":"my-order"/
            : /"name":"enrich"[^{}]*\{"in":1,"passed":1,/;
          await untilPage(origin, seen);
        }
      } finally {
        expect(await running.stop()).toBe(0);
      }
    },
    60_000,
  );

  test.each(commands.filter((s) => s.note === 'not-run'))('line $line is not run, and says so', ({ lead }) => {
    expect(lead).toMatch(/not run/i);
  });
});

/** Reads the page's data until a text stands in it. */
const untilPage = async (origin: string, what: RegExp): Promise<void> => {
  const response = await fetch(`${origin}/live`, { signal: AbortSignal.timeout(40_000) });
  let text = '';
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text = (text + chunk).slice(-200_000);
    if (what.test(text)) return;
  }
  throw new Error(`the page never showed ${what}`);
};

describe('the README', () => {
  test('names files and folders that exist', () => {
    const links = [...page.matchAll(/\]\((?!https?:|#)([^)]+)\)/g)].map((m) => m[1] ?? '');
    const folders = [...page.matchAll(/^\| `(\w+\/)`/gm)].map((m) => m[1] ?? '');
    expect(folders.length).toBeGreaterThan(5);
    expect([...links, ...folders].filter((path) => !existsSync(inProject(path)))).toEqual([]);
  });

  test('names npm scripts that exist', () => {
    const named = [...page.matchAll(/`npm run ([\w:]+)`/g)].map((m) => m[1] ?? '');
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  });
});
