// Every call that the sinks make is judged by their own roles, with what the plugin grants for the tables of the pipeline.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { type Grants, grantsOf } from '../../local/destinations/grants.ts';
import { paramsFor } from '../../local/destinations/here/addresses.ts';
import { placed } from '../../local/destinations/here/place.ts';
import { startHere } from '../../local/run/here.ts';
import { inputEvents } from '../../local/run/input.ts';
import { endOfInput, load } from '../../local/run/load.ts';
import { loadPipeline } from '../../local/run/load-pipeline.ts';
import { play } from '../../local/run/play.ts';
import type { Call } from '../../local/services/hooks.ts';
import { LOCAL_ACCOUNT } from '../../local/template/intrinsics.ts';
import { type Asked, askedOf, may } from '../../local/template/may.ts';
import { readTemplate } from '../../local/template/read-template.ts';
import type { RoleTemplate } from '../../local/template/template.ts';
import { END_OF_TIME } from '../../shared/time.ts';

const root = resolve(import.meta.dirname, '../..');
const SINKS = ['write-warehouse', 'write-search', 'publish', 'call-webhook', 'write-topic'];
const FILLED: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws',
  'AWS::Region': 'us-east-1',
  'AWS::AccountId': LOCAL_ACCOUNT,
};

const granted = (role: RoleTemplate, grants: Grants): RoleTemplate => ({
  ...role,
  statements: [
    ...role.statements,
    ...(grants[role.logicalId] ?? []).map((s) => ({
      effect: s.Effect,
      actions: [s.Action].flat(),
      resources: s.Resource.map((r) =>
        typeof r === 'string' ? r : r['Fn::Sub'].replace(/\$\{([^}]+)\}/g, (_, name: string) => FILLED[name] ?? name),
      ),
      condition: null,
    })),
  ],
});

test('none is denied, and no grant for a table goes unused', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-sink-roles-'));
  const now = Date.parse('2026-02-01T00:00:00Z');
  const { path, pipeline } = await loadPipeline(join(root, 'test/pipelines/destinations'), root);
  const calls: Call[] = [];
  const before = (call: Call) => {
    calls.push(call);
    return 'pass' as const;
  };
  const here = await startHere({ root, plan: pipeline.plan, keepAll: true, hooks: { before } });
  const own = placed(path, here.destinations?.options ?? new Map());
  try {
    const file = join(dir, 'in.ndjson');
    const order = (i: number) => ({
      order_id: `o-${i}`,
      visitor: 'v',
      store: 'oslo',
      sku: 'mug-01',
      quantity: 1,
      total: 60,
      ordered_at: new Date(Date.parse('2026-01-05T09:00:00Z') + i * 5_000).toISOString(),
    });
    writeFileSync(file, Array.from({ length: 30 }, (_, i) => JSON.stringify(order(i))).join('\n'));
    const raw = here.stream('RawStream');
    const { arrival } = await load(
      raw,
      inputEvents({ path: file, table: 'orders', type: 'order.v1' }, pipeline, now),
      now,
    );
    endOfInput(raw, arrival, END_OF_TIME);
    const player = play({ here, root, pipeline: own.path, faults: null, log: () => {} });
    player.start(false);
    await player.drain(() => {}).finally(() => player.stop());

    const template = readTemplate({ root, params: paramsFor(pipeline.plan), env: {} });
    // A search engine's grant names the domain, which the stand-in knows; the other places are those of this machine.
    const tables = pipeline.plan.tables.map((t) =>
      t.connector === 'opensearch-2' ? t : { ...t, options: here.destinations?.options.get(t.name) ?? t.options },
    );
    const grants = grantsOf({ ...pipeline.plan, tables });
    const roleOf = (fn: string): RoleTemplate => {
      const id = template.functions.find((f) => f.name === fn)?.role;
      return granted(template.roles.find((r) => r.logicalId === id) as RoleTemplate, grants);
    };
    const asked = calls.flatMap((call): (Asked & { readonly fn: string })[] => {
      const [fn = '', copy] = call.caller.split('#');
      return copy === undefined || !SINKS.includes(fn) ? [] : askedOf(call, 'us-east-1').map((a) => ({ ...a, fn }));
    });
    const denied = asked.filter((a) => !may(roleOf(a.fn), a)).map((a) => `${a.fn}: ${a.action} on ${a.resource}`);
    expect([...new Set(denied)]).toEqual([]);

    const used = new Set(asked.map((a) => a.action));
    const actions = Object.values(grants).flatMap((all) => all.flatMap((s) => [s.Action].flat()));
    expect(actions.filter((a) => !used.has(a))).toEqual([
      'es:ESHttpPut', // `millrace destinations --migrate` puts the template
      // The brokers of Amazon MSK ask IAM; the one here knows no login.
      ...['Connect', 'WriteDataIdempotently', 'DescribeTopic', 'WriteData'].map((a) => `kafka-cluster:${a}`),
    ]);
    expect(new Set(calls.map((c) => c.service))).toEqual(
      new Set([
        ...['kinesis', 'dynamodb', 's3', 'sqs', 'secretsmanager'],
        ...['sns', 'events', 'firehose', 'es', 'redshift-data', 'postgres', 'webhook', 'kafka'],
      ]),
    );
    for (const service of ['postgres', 'es', 'webhook'])
      expect(calls.filter((c) => c.service === service && c.caller === 'outside').map((c) => c.operation)).toEqual(
        service === 'es' ? ['_index_template'] : [],
      );
  } finally {
    await here.close();
    own.remove();
    rmSync(dir, { recursive: true });
  }
}, 180_000);
