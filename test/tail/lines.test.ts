// A line -> events, by the source's own adapter; and the whole way of a line through validate's reading.

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { lineEvents } from '../../local/tail/line-events.ts';
import { sourceOf } from '../../local/tail/source-of.ts';
import { storing } from '../../local/tail/stored-lines.ts';
import { toEvent } from '../../shared/event/to-event.ts';
import type { EventType, Source } from '../../shared/pipeline.ts';
import { NotPut } from '../../shared/producer/index.ts';

const source = (more: Partial<Source>): Source => ({
  name: 'web',
  adapter: 'agent',
  types: ['hit.v1'],
  deduplicate: null,
  transport: 60_000,
  ticks: true,
  producer: 'any',
  ...more,
});
const NOW = Date.parse('2026-01-05T12:00:00Z');
const none = { id: null, key: null };
const type: EventType = {
  type: 'hit.v1',
  check: () => null,
  time: null,
  id: null,
  key: null,
};

/** What validate makes of what is sent for a line. */
const read = (line: string | Buffer, of: Partial<Source>, marks: Pick<EventType, 'id' | 'key'> = none, whole = false) =>
  lineEvents(source(of), marks, whole)('L-7', Buffer.from(line as string), NOW).map(({ id, key, bytes }) => {
    const made = toEvent(bytes, { types: { 'hit.v1': type }, ahead: () => 0, arrival: NOW, positionId: () => 'p' });
    return made.kind === 'event' ? { id, key, data: made.event.data } : { id, rule: made.rule };
  });

describe('a line', () => {
  test.each<[string, string | Buffer, Partial<Source>, unknown]>([
    ['plain', 'hello', {}, [{ id: 'L-7', key: 'L-7', data: { line: 'hello' } }]],
    ['blank', '  ', {}, []],
    [
      'json',
      '{"n":12345678901234567890}',
      { format: 'json' },
      [{ id: 'L-7', key: 'L-7', data: { n: 12345678901234567890n } }],
    ],
    ['json that is none', '{', { format: 'json' }, [{ id: 'L-7', rule: 'body.not-json' }]],
    ['of other bytes than UTF-8', Buffer.from([0xff, 0xfe]), {}, [{ id: 'L-7', rule: 'body.not-utf8' }]],
    [
      'of a CSV file',
      'a,5',
      {
        format: 'csv',
        columns: [
          { name: 'k', type: 'text' },
          { name: 'n', type: 'integer' },
        ] as never,
      },
      [{ id: 'L-7', key: 'L-7', data: { k: 'a', n: 5 } }],
    ],
    [
      'that is the header of one',
      'k,n',
      {
        format: 'csv',
        columns: [
          { name: 'k', type: 'text' },
          { name: 'n', type: 'integer' },
        ] as never,
      },
      [],
    ],
    [
      'that is an event',
      '{"specversion":"1.0","id":"e","source":"/s","type":"hit.v1","data":{}}',
      { format: 'json' },
      [{ id: 'e', key: 'e', data: {} }],
    ],
  ])('%s', (_, line, of, expected) => {
    expect(read(line, of)).toEqual(expected);
  });

  test('has the id and the key that its schema marks', () => {
    expect(read('{"reading":17,"meter":"m1"}', { format: 'json' }, { id: ['reading'], key: ['meter'] })).toMatchObject([
      { id: '17', key: 'm1' },
    ]);
  });

  test('of several, as one event', () => {
    expect(read('1 error\n  at a', {}, none, true)).toMatchObject([{ data: { line: '1 error\n  at a' } }]);
  });
});

describe('which source', () => {
  const sources = [source({ name: 'web' }), source({ name: 'till' }), source({ name: 'shop', adapter: 'http' })];
  test.each<[readonly Source[], string | undefined, string]>([
    [[], undefined, 'no source of lines; add one: {name: web, adapter: agent'],
    [sources, undefined, 'choose one by --source: web, till'],
    [sources, 'tell', 'did you mean "till"?'],
    [sources, 'shop', '"shop" is no source of lines'],
  ])('%#: is asked for', (all, name, message) => {
    expect(() => sourceOf({ sources: all }, name)).toThrow(message);
  });
  test('the only one needs no name', () => {
    expect(sourceOf({ sources: sources.slice(1) }, undefined).name).toBe('till');
  });
});

describe('a line that is refused', () => {
  const line = { start: 5, end: 9, bytes: Buffer.from('line') };
  const event = { id: 'L-5', key: 'k', bytes: Buffer.from('{}') };
  const send = async (rule: string, dir: string) => {
    const counts = { stored: 0, refused: 0 };
    const putBytes = () => Promise.reject(new NotPut({ kind: 'refused', rule, reason: 'too much' }));
    await storing({ putBytes }, join(dir, 'aside'), counts)([event], line, '/a.log');
    return counts;
  };

  test('for itself is put aside with the reason; for the call stops it', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'millrace-aside-'));
    try {
      await expect(send('request.key', dir)).rejects.toThrow('request.key');
      await expect(send('event.unknown-type', dir)).rejects.toThrow('too much');
      expect(existsSync(join(dir, 'aside'))).toBe(false);
      expect(await send('body.too-large', dir)).toEqual({ stored: 0, refused: 1 });
      expect(JSON.parse(readFileSync(join(dir, 'aside'), 'utf8'))).toEqual({
        file: '/a.log',
        start: 5,
        id: 'L-5',
        rule: 'body.too-large',
        reason: 'body.too-large: too much',
        line: 'line',
      });
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});
