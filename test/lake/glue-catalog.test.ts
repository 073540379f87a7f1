import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { localEnv } from '../../local/services/local-env.ts';
import { type GlueStandIn, startGlueStandIn } from '../../local/stand-ins/glue.ts';
import { glueCatalog } from '../../shared/aws/glue-catalog.ts';
import { glueCalls as sdkGlue } from '../../shared/aws/sdk/glue.ts';
import { glueCalls } from '../../shared/aws/signed/glue.ts';
import { manualClock } from '../../shared/memory/clock.ts';
import type { TableColumn } from '../../shared/query/plan.ts';
import { minutes } from '../../shared/time.ts';
import { CARRIERS } from '../ports/world.ts';

const AT = Date.parse('2026-01-05T09:00:00Z');
const ID: TableColumn = { name: 'Id', type: { kind: 'STRING' } };
const N: TableColumn = { name: 'n', type: { kind: 'BIGINT' } };
const PRICE: TableColumn = { name: 'price', type: { kind: 'DECIMAL', precision: 10, scale: 2 } };
const HOUR = { table: 'Orders', part: 'dt=2026-01-05/hour=09' };

describe.each(CARRIERS)('the catalog, its calls carried by: %s', (carrier) => {
  let glue: GlueStandIn;
  const clock = manualClock(AT);
  const catalog = () => {
    const env = localEnv({ kinesis: '', dynamo: '', objects: '', glue: glue.url });
    const calls = (carrier === 'sdk' ? sdkGlue : glueCalls)({ env });
    return glueCatalog({ database: 'millrace_dev', bucket: 'data', calls, clock });
  };
  beforeAll(async () => {
    glue = await startGlueStandIn();
  });
  afterAll(() => glue.close());

  test('a table is made once, and widened by what is new; what left the pipeline stays', async () => {
    await Promise.all([catalog().ensureTable('Orders', [ID, N]), catalog().ensureTable('Orders', [ID, N])]);
    expect(glue.columns('millrace_dev', 'orders')).toEqual(['id string', 'n bigint']);
    await Promise.all([catalog().ensureTable('Orders', [N, PRICE]), catalog().ensureTable('Orders', [N, PRICE])]);
    expect(glue.columns('millrace_dev', 'orders')).toEqual(['id string', 'n bigint', 'price decimal(10,2)']);
  });

  test('another type of a column is refused, with both of them', async () => {
    await expect(catalog().ensureTable('Orders', [ID, { ...N, type: { kind: 'STRING' } }])).rejects.toMatchObject({
      code: 'destination.refused',
      message: expect.stringContaining(
        'n is bigint there and string in the pipeline; give the changed column a new name',
      ),
    });
  });

  test('a partition is made where there is none, also by two at once, and moved by one call', async () => {
    const later = AT + minutes(2);
    const point = (folder: string) => catalog().point(HOUR, folder, later);
    await Promise.all([
      point('lake/type=Orders/dt=2026-01-05/hour=09/'),
      point('lake/type=Orders/dt=2026-01-05/hour=09/'),
    ]);
    const before = glue.calls.length;
    await point('compacted/000002/type=Orders/dt=2026-01-05/hour=09/');
    expect(glue.calls.slice(before)).toEqual(['GetTable', 'UpdatePartition']);
    expect([...glue.locations('millrace_dev', 'orders')]).toEqual([
      ['2026-01-05/09', 's3://data/compacted/000002/type=Orders/dt=2026-01-05/hour=09/'],
    ]);
  });

  test('what would be sent too late is not sent, whenever it was begun', async () => {
    const before = glue.calls.length;
    await expect(catalog().point(HOUR, 'lake/', AT - 1)).rejects.toMatchObject({ code: 'destination.unavailable' });
    expect(glue.calls.slice(before)).toEqual(['GetTable']);
    expect([...glue.locations('millrace_dev', 'orders').values()]).not.toContain('s3://data/lake/');
  });
});
