// Ports in memory that count what AWS would bill, by function.
import { itemBytes, writeUnits } from '../shared/item-size.ts';
import type { Item, Objects, Stream, Table, Wake } from '../shared/ports.ts';

/** `units`: DynamoDB write units, `ofKey` by partition key. `putUnits`: Kinesis PUT payload units of 25 KiB. */
export type Bill = {
  readonly ofKey: Map<string, number>;
  wakes: number;
  calls: number;
  tableWrites: number;
  units: number;
  objectPuts: number;
  putCalls: number;
  putUnits: number;
};
export const newBill = (): Bill => ({
  ofKey: new Map(),
  wakes: 0,
  calls: 0,
  tableWrites: 0,
  units: 0,
  objectPuts: 0,
  putCalls: 0,
  putUnits: 0,
});

const PUT_UNIT = 25 * 1024;

export const billedTable = (table: Table, bill: Bill): Table => {
  const write = (pk: string, bytes: number) => {
    const units = writeUnits(bytes);
    bill.calls++;
    bill.tableWrites++;
    bill.units += units;
    bill.ofKey.set(pk, (bill.ofKey.get(pk) ?? 0) + units);
  };
  const sizeAfter = async (key: { pk: string; sk: string }): Promise<number> => {
    const item: Item | undefined = await table.get(key);
    return item === undefined ? 0 : itemBytes(item);
  };
  return {
    ...table,
    async put(item, when) {
      write(item.pk, Math.max(itemBytes(item), await sizeAfter(item)));
      return table.put(item, when);
    },
    async update(key, set, when) {
      const before = await sizeAfter(key);
      const written = await table.update(key, set, when);
      write(key.pk, Math.max(before, await sizeAfter(key)));
      return written;
    },
  };
};

export const billedObjects = (objects: Objects, bill: Bill): Objects => ({
  ...objects,
  put(key, bytes, options) {
    bill.calls++;
    bill.objectPuts++;
    return objects.put(key, bytes, options);
  },
});

export const billedStream = (stream: Stream, bill: Bill): Stream => ({
  ...stream,
  put(records) {
    bill.putCalls++;
    for (const r of records) bill.putUnits += Math.ceil((r.data.length + Buffer.byteLength(r.partitionKey)) / PUT_UNIT);
    return stream.put(records);
  },
});

export const billedWake = (wake: Wake, bill: Bill): Wake => ({
  send(body, delaySeconds) {
    bill.wakes++;
    return wake.send(body, delaySeconds);
  },
});
