// Bytes that lie in tables and buckets: on AWS their time to live and lifecycle rules would remove the old ones, here nothing does.
import type { Here } from '../run/here.ts';
import { objectsHere } from '../run/ports-here.ts';

type Page = { readonly Items?: readonly unknown[]; readonly LastEvaluatedKey?: unknown };

const tableBytes = async (here: Here, name: string): Promise<number> => {
  let bytes = 0;
  let start: unknown;
  do {
    const from = start === undefined ? {} : { ExclusiveStartKey: start };
    const page = (await here.dynamo.call('Scan', { TableName: name, ...from })) as Page;
    for (const item of page.Items ?? []) bytes += JSON.stringify(item).length;
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
  return bytes;
};

/** @returns a function that gives the bytes of all items and objects; it reads them all, so ask seldom */
export const storedMeter = (here: Here): (() => Promise<number>) => {
  const { tables, buckets } = here.template;
  const all = buckets.map((b) => objectsHere(here, b.logicalId));
  return async () => {
    let bytes = 0;
    for (const { name } of tables) bytes += await tableBytes(here, name);
    for (const bucket of all) for (const { size } of await bucket.list('')) bytes += size;
    return bytes;
  };
};
