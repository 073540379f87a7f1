// events/validate-*.json: what each source puts on raw, through the real function, here.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { startHere } from '../../local/run/here.ts';
import { loadPipeline } from '../../local/run/load-pipeline.ts';
import { objectsHere } from '../../local/run/ports-here.ts';
import { runOf } from '../../local/run/run-name.ts';
import { putSecrets, readSecrets, type SecretTexts } from '../../local/run/secrets-here.ts';
import { SideDoors } from '../../local/run/side-doors.ts';
import { functionPool } from '../../local/sandbox/pool.ts';
import { unpackInner } from '../../shared/lanes/block.ts';

const root = resolve(import.meta.dirname, '../..');
const pipelines = join(root, 'test/pipelines/sources');
const loaded = loadPipeline(pipelines, root);
/** Types of the events that pass, then the rules of those that do not. */
const doorsOf = async (name: string): Promise<readonly string[]> => {
  const { path } = await loaded;
  const here = await startHere({ root, keepAll: true });
  try {
    const fn = here.template.functions.find((f) => f.name === 'validate');
    if (fn === undefined) throw new Error('serverless.yml has no function validate');
    const pool = functionPool(fn, { root, pipeline: path, aws: here.aws, log: () => {} });
    const event = JSON.parse(readFileSync(join(root, 'events', `validate-${name}.json`), 'utf8'));
    expect(await pool.invoke(event)).toEqual({ kind: 'returned', value: { batchItemFailures: [] } });
    const log = here.stream('ValidatedStream');
    const passed = log.shards().flatMap(({ id }) =>
      log.read(id, null).records.flatMap((r) => {
        const unpacked = unpackInner(r.data);
        return unpacked.ok ? unpacked.items : [];
      }),
    );
    const types = passed.flatMap((i) => (i.kind === 'event' ? [JSON.parse(Buffer.from(i.bytes).toString()).type] : []));
    const sides = new SideDoors(objectsHere(here), runOf(here));
    await sides.look();
    return [...types.sort(), ...[...sides.rejected].map((r) => `${r.door} ${r.rule}`).sort()];
  } finally {
    await here.close();
  }
};

test('the sample of a webhook is taken by ingest, with its secret; without it the sender may send again', async () => {
  const { path } = await loaded;
  const event = JSON.parse(readFileSync(join(root, 'events/ingest-webhook.json'), 'utf8'));
  const statusWith = async (secrets: SecretTexts): Promise<unknown> => {
    const here = await startHere({ root, keepAll: true });
    try {
      putSecrets(here.secrets, secrets);
      const fn = here.template.functions.find((f) => f.name === 'ingest');
      if (fn === undefined) throw new Error('serverless.yml has no function ingest');
      const outcome = await functionPool(fn, { root, pipeline: path, aws: here.aws, log: () => {} }).invoke(event);
      return outcome.kind === 'returned' ? (outcome.value as { statusCode: number }).statusCode : outcome;
    } finally {
      await here.close();
    }
  };
  expect(await statusWith(readSecrets(join(pipelines, 'secrets.json')))).toBe(202);
  expect(await statusWith({ 'acme/code': 'guessed' })).toBe(401);
  expect(await statusWith({})).toBe(503);
});

test.each<[string, readonly string[]]>([
  ['kpl', ['view.v1', 'view.v1', 'view.v1', 'view.v1']],
  ['cloudwatch-logs', ['log.v1', 'log.v1']],
  ['dms', ['order_change.v1', 'order_change.v1', 'order_change.v1']],
  ['debezium', ['order_change.v1', 'order_change.v1', 'order_change.v1']],
  ['dynamodb', ['order_change.v1', 'order_change.v1']],
  ['iot', ['reading.v1']],
  ['feeders', ['placed.v1', 'placed.v1', 'placed.v1']],
  ['agent', ['hit.v1', 'meter.v1', 'sale.v1', 'duplicate event.duplicate', 'rejected event.not-an-event']],
])('the sample of %s is taken whole', async (name, doors) => {
  expect(await doorsOf(name)).toEqual(doors);
});
