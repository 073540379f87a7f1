// Lines of a file that is written, rotated and cut short, by a process that is killed: each arrives, and by its id once.
import { renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { type Folder, folder } from './given.ts';

const made: Folder[] = [];
const given = (...args: Parameters<typeof folder>): Folder => {
  const f = folder(...args);
  made.push(f);
  return f;
};
afterEach(() => {
  for (const f of made.splice(0)) {
    f.stop();
    f.remove();
  }
});
describe('a file that is written', () => {
  test('gives its lines as they come; one without its end waits', async () => {
    const f = given();
    f.write('one\ntw');
    f.start();
    await f.settle();
    expect(f.once()).toEqual(['one']);
    f.write('o\r\n\nthree\n');
    await f.settle();
    expect(f.once()).toEqual(['one', 'two', 'three']);
  });

  test('at the first start is read from its end; one that comes later from its beginning', async () => {
    const f = given({ fromStart: false });
    f.write('old\n');
    f.start();
    f.write('new\n');
    await f.settle();
    expect(f.once()).toEqual(['new']);
    rmSync(f.log);
    await f.settle();
    f.write('another file\n');
    await f.settle();
    expect(f.once()).toEqual(['new', 'another file']);
  });

  test('that is not there yet is waited for', async () => {
    const f = given({ fromStart: false });
    f.start();
    await f.step();
    f.write('first\n');
    await f.settle();
    expect(f.once()).toEqual(['first']);
  });

  test('and was made while nobody looked is read from its beginning', async () => {
    const f = given({ fromStart: false });
    f.start();
    await f.step();
    await f.kill();
    f.write('first\n');
    f.start();
    await f.settle();
    expect(f.once()).toEqual(['first']);
  });

  test('with bytes that are no UTF-8 keeps them', async () => {
    const f = given();
    f.write(Buffer.from([0x66, 0xff, 0xfe, 0x0a]));
    f.start();
    await f.settle();
    expect(f.arrived[0]?.bytes).toEqual(Buffer.from([0x66, 0xff, 0xfe]));
  });

  test('with a line beyond the bound gives it in pieces, between characters', async () => {
    const f = given();
    f.write(`${'é'.repeat(1_250)}\nshort\n`);
    f.start();
    await f.settle();
    expect(f.once().map((t) => t.length)).toEqual([500, 500, 250, 5]);
    expect(f.once().join('')).toBe(`${'é'.repeat(1_250)}short`);
  });
});

describe('a file that is rotated', () => {
  test('by rename: the rest of the old one, what its writer still adds, and the new one', async () => {
    const f = given();
    f.start();
    f.write('a\n');
    await f.settle();
    f.write('b\n');
    f.rename();
    f.write('c\n');
    await f.step();
    await f.answer();
    writeFileSync(`${f.log}.1`, 'late\nno end', { flag: 'a' });
    await f.settle();
    expect(f.once().toSorted()).toEqual(['a', 'b', 'c', 'late', 'no end']);
  });

  test('by rename while nobody looked: the same', async () => {
    const f = given();
    f.start();
    f.write('a\n');
    await f.settle();
    await f.kill();
    f.write('b\n');
    f.rename();
    f.write('c\n');
    f.start();
    await f.settle();
    expect(f.once().toSorted()).toEqual(['a', 'b', 'c']);
    expect(f.warned).toEqual([]);
  });

  test('by copy and truncate: lines that were not read stand in the copy', async () => {
    const f = given();
    f.start();
    f.write('a\n');
    await f.settle();
    f.write('b\nc\n');
    f.copyAndTruncate();
    f.write('d\n');
    await f.settle();
    expect(f.once().toSorted()).toEqual(['a', 'b', 'c', 'd']);
  });

  test('by copy and truncate, and longer again than it was', async () => {
    const f = given();
    f.start();
    f.write('a\n');
    await f.settle();
    f.copyAndTruncate();
    f.write('b, much longer than a\n');
    await f.settle();
    expect(f.once()).toEqual(['a', 'b, much longer than a']);
  });

  test('to nothing that is left: it says what is not sent', async () => {
    const f = given();
    f.start();
    f.write('a\n');
    await f.settle();
    await f.kill();
    renameSync(f.log, join(f.dir, 'elsewhere'));
    f.write('b\n');
    f.start();
    await f.settle();
    expect(f.once()).toEqual(['a', 'b']);
    expect(f.warned.join()).toMatch(/app\.log was replaced while nobody read it.*behind byte 2/);
  });

  test('as an older copy begins as it does, that copy is not taken for it', async () => {
    const f = given();
    writeFileSync(`${f.log}.old`, 'time,price\nyesterday,1\n');
    utimesSync(`${f.log}.old`, new Date('2024-05-01'), new Date('2024-05-01'));
    f.start();
    f.write('time,price\n');
    await f.settle();
    f.copyAndTruncate();
    rmSync(`${f.log}.copy1`);
    f.write('x\n');
    await f.settle();
    expect(f.once()).toEqual(['time,price', 'x']);
  });
});

describe('records of several lines', () => {
  const begins = /^\d/;

  test('end where the next begins, or after five seconds', async () => {
    const f = given({ begins });
    f.start();
    f.write('1 error\n  at a\n  at b\n2 ok\n');
    await f.step();
    await f.answer();
    expect(f.once()).toEqual(['1 error\n  at a\n  at b']);
    f.pass(5_000);
    await f.step();
    await f.answer();
    expect(f.once()).toEqual(['1 error\n  at a\n  at b', '2 ok']);
  });

  test('that ended by time end there after a crash, too: what came later is not lost behind an id that is known', async () => {
    const f = given({ begins });
    f.start();
    f.write('1 error\n  at a\n');
    await f.step();
    f.pass(5_000);
    await f.step();
    await f.kill(1);
    f.write('  at b\n2 ok\n3');
    f.start();
    await f.settle();
    expect(f.once()).toEqual(['1 error\n  at a', '  at b', '2 ok']);
  });
});

describe('whatever happens', () => {
  const what = fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant('write' as const), n: fc.integer({ min: 1, max: 4 }) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('half' as const) }) },
    { weight: 5, arbitrary: fc.record({ do: fc.constant('step' as const) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('answer' as const), n: fc.integer({ min: 1, max: 5 }) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('kill' as const), n: fc.integer({ min: 0, max: 5 }) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('rename' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('copy' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 40_000 }) }) },
  );

  test.each([
    ['line by line', undefined],
    ['as records of several', /^line \d*[05] /],
  ])('each line is there, and by its id once: %s', async (_, begins) => {
    await fc.assert(
      fc.asyncProperty(fc.array(what, { maxLength: 60 }), async (history) => {
        const f = folder(begins === undefined ? {} : { begins });
        try {
          let n = 0;
          let open = false;
          /** A rotation while the one before was not seen yet loses lines, whoever reads. */
          let seen = false;
          let alive = true;
          const write = (text: string): void => {
            f.write(text);
            seen &&= alive;
          };
          f.start();
          for (const h of history) {
            switch (h.do) {
              case 'write':
                for (let i = 0; i < h.n; i++) {
                  write(`${open ? '' : `line ${n++} `}of the log\n`);
                  open = false;
                }
                break;
              case 'half':
                write(open ? '…' : `line ${n++} `);
                open = true;
                break;
              case 'step':
                await f.step();
                seen = n > 0;
                break;
              case 'answer':
                await f.answer(h.n);
                break;
              case 'kill':
                await f.kill(h.n);
                alive = false;
                f.start();
                alive = true;
                break;
              case 'pass':
                f.pass(h.ms);
                break;
              default:
                if (!seen || open) break;
                if (h.do === 'rename') f.rename();
                else f.copyAndTruncate();
                seen = false;
            }
          }
          if (open) f.write('the end\n');
          f.write('line 99995 \nline 99990 \n');
          await f.settle();
          const told = f
            .once()
            .flatMap((t) => t.split('\n'))
            .map((t) => /^line (\d+) /.exec(t)?.[1] ?? t);
          const wanted = [...Array.from({ length: n }, (_, i) => String(i)), '99995', '99990'];
          expect(told.toSorted()).toEqual(wanted.toSorted());
        } finally {
          f.stop();
          f.remove();
        }
      }),
      { numRuns: 150 },
    );
  });
});
