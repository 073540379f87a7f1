import { expect, test } from 'vitest';
import { progress } from '../../local/cli/progress.ts';

const screen = (isTTY: boolean) => {
  const written: string[] = [];
  return { isTTY, columns: 20, write: (text: string) => written.push(text), written };
};

test('on a terminal one line is rewritten, cut to its width, and gone at the end', () => {
  const out = screen(true);
  let now = 0;
  const p = progress(out, { now: () => now });
  p.update('1 of 2');
  p.update('too soon');
  now = 200;
  p.update('2 of 2, and a text that is too long');
  p.line('done');
  p.end();
  expect(out.written).toEqual(['1 of 2', '\r\u001b[2K', '2 of 2, and a text ', '\r\u001b[2K', 'done\n']);
});

test('elsewhere plain lines, not more often than asked for', () => {
  const out = screen(false);
  let now = 0;
  const p = progress(out, { now: () => now, everyMs: 1_000 });
  p.update('a');
  now = 999;
  p.update('b');
  now = 1_000;
  p.update('c');
  p.end();
  expect(out.written).toEqual(['a\n', 'c\n']);
});
