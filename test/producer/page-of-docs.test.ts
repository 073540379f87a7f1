// The samples of docs/producer.md, as a newcomer runs them beside `millrace start`.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Live, type Newcomer, newcomer } from '../readme/newcomer.ts';
import { printedBy, readPage, samplesOf } from '../readme/samples.ts';

const samples = samplesOf(readPage('docs/producer.md'));
const bodyOf = (note: string): string => samples.find((s) => s.note === note)?.body ?? '';
const commands = samples.flatMap((s, i) => (s.language === 'sh' ? [{ ...s, printed: printedBy(samples, i) }] : []));

let room: Newcomer;
beforeAll(() => {
  room = newcomer();
});
afterAll(() => room.leave());

const starting = async (call: string): Promise<{ live: Live; origin: string }> => {
  const live = room.start(call);
  return { live, origin: (await live.says(/producers +(http:\/\/[\d.:]+)/))[1] ?? '' };
};

test('the Node sample prints what the page says', async () => {
  const { live, origin } = await starting('npx millrace start --no-traffic --port 0');
  room.write('send.ts', bodyOf('send.ts').replace('http://127.0.0.1:8080', origin));
  expect(await room.sh(commands[0]?.body ?? '')).toBe(commands[0]?.printed);
  expect(await live.stop()).toBe(0);
}, 60_000);

test('the log sample stores its lines, and a second time none', async () => {
  room.write('lines/sources.yml', bodyOf('sources.yml'));
  room.write('lines/tables.sql', '');
  room.write(
    'lines/schemas/meter.v1.json',
    '{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","properties":{"kwh":{"type":"number"}},"required":["kwh"]}',
  );
  room.write('meters.log', '{"kwh":1}\n{"kwh":2}\n');
  const { live, origin } = await starting('npx millrace start --no-traffic --port 0 --pipeline lines');
  const call = `${commands[1]?.body.trim()} --pipeline lines --to ${origin} 2>&1`.replace('millrace', 'npx millrace');
  expect(await room.sh(call)).toBe(commands[1]?.printed);
  expect(await room.sh(call)).toBe('0 events stored\n');
  expect(await live.stop()).toBe(0);
}, 60_000);
