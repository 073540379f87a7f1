// Ports in memory that count what AWS would bill, by function.
import { itemBytes, writeUnits } from '../shared/item-size.ts';
import type { Item, Objects, Stream, Table } from '../shared/ports.ts';

/** `units`: DynamoDB write units. `putUnits`: Kinesis PUT payload units of 25 KiB. */
export type Bill = {
  calls: number;
  tableWrites: number;
  units: number;
  objectPuts: number;
  putCalls: number;
  putUnits: number;
};
export const newBill = (): Bill => ({ calls: 0, tableWrites: 0, units: 0, objectPuts: 0, putCalls: 0, putUnits: 0 });

const PUT_UNIT = 25 * 1024;

export const billedTable = (table: Table, bill: Bill): Table => {
  const write = (bytes: number) => {
    bill.calls++;
    bill.tableWrites++;
    bill.units += writeUnits(bytes);
  };
  const sizeAfter = async (key: { pk: string; sk: string }): Promise<number> => {
    const item: Item | undefined = await table.get(key);
    return item === undefined ? 0 : itemBytes(item);
  };
  return {
    ...table,
    async put(item, when) {
      write(Math.max(itemBytes(item), await sizeAfter(item)));
      return table.put(item, when);
    },
    async update(key, set, when) {
      const before = await sizeAfter(key);
      const written = await table.update(key, set, when);
      write(Math.max(before, await sizeAfter(key)));
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
