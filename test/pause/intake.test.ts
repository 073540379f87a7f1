// The endpoint of a stage that is drained: producers are told to keep their events, and nobody who was let in is cut off.
import { expect, test } from 'vitest';
import { intakeHere } from '../../local/pause/intake-here.ts';
import { MemoryLog } from '../../shared/memory/log.ts';
import { memoryStream } from '../../shared/memory/stream.ts';
import { createApp } from '../../shared/steps/ingest/app.ts';

test.each(['/events', '/events/order.v1', '/webhooks/stripe'])(
  'POST %s is answered 503, with when to come again',
  async (path) => {
    const log = new MemoryLog('raw', { shards: 1 });
    const app = createApp({ raw: memoryStream(log), clock: { now: () => 0 }, types: {}, closed: true });
    const answer = await app.request(path, { method: 'POST', body: '{}' });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '30']);
    expect(await answer.json()).toMatchObject({ rule: 'intake.closed' });
    expect(log.lastSeq).toBe(new MemoryLog('raw', { shards: 1 }).lastSeq);
    expect((await app.request('/health')).status).toBe(200);
  },
);

test('closing waits for those who were let in', async () => {
  let end = (): void => {};
  const told: string[] = [];
  const intake = intakeHere(
    {
      invoke: () =>
        new Promise((done) => {
          end = () => done({ kind: 'returned', value: 202 });
        }),
    },
    { invoke: async () => ({ kind: 'returned', value: 503 }) },
  );
  const first = intake.invoke({});
  const closing = intake.set('closed').then(() => told.push('closed'));
  expect(await intake.invoke({})).toEqual({ kind: 'returned', value: 503 });
  expect(told).toEqual([]);
  end();
  expect(await first).toEqual({ kind: 'returned', value: 202 });
  await closing;
  expect(told).toEqual(['closed']);
});
