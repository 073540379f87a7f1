// One item: put, changed, removed or read, with what that costs.
import { type Attributes, itemBytes, withPlainNumbers } from './attribute.ts';
import { conditionOf, holds, type Parsed, type Scope } from './condition.ts';
import { textKey } from './key-condition.ts';
import type { Schema } from './schema.ts';
import type { Answered } from './table-api.ts';
import { invalid } from './table-error.ts';
import { NO_RANGE, type Place, type Stored, type TableStore } from './table-store.ts';
import { updated, updateOf } from './update.ts';

export type Table = { readonly name: string; readonly schema: Schema; readonly store: TableStore };

export type Asked = {
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Attributes;
  readonly ReturnConsumedCapacity?: string;
};
type Write = Asked & {
  readonly Item?: Attributes;
  readonly Key?: Attributes;
  readonly ConditionExpression?: string;
  readonly UpdateExpression?: string;
  readonly ReturnValues?: string;
  readonly ReturnValuesOnConditionCheckFailure?: string;
};

const MOST_BYTES = 400 * 1024;
const MOST_KEY_BYTES = { pk: 2_048, sk: 1_024 };
const WRITE_UNIT = 1_024;
const READ_UNIT = 4_096;

export const placeOf = (item: Attributes, { hash, range }: Schema): Place => {
  const place = { pk: textKey(item[hash], hash), sk: range === null ? NO_RANGE : textKey(item[range], range) };
  for (const part of ['pk', 'sk'] as const)
    if (place[part].length * 3 > MOST_KEY_BYTES[part] && Buffer.byteLength(place[part]) > MOST_KEY_BYTES[part])
      throw invalid(`One or more parameter values were invalid: a key is longer than ${MOST_KEY_BYTES[part]} bytes`);
  return place;
};
/** @throws Refused for a key with more or less than the key's fields */
export const keyOf = (key: Attributes | undefined, schema: Schema): Place => {
  const fields = schema.range === null ? 1 : 2;
  if (key === undefined || Object.keys(key).length !== fields)
    throw invalid('The provided key element does not match the schema');
  return placeOf(key, schema);
};

const NONE = {};

/** @throws Refused for a name or a value that no expression of the call uses */
export const scopeOf = (asked: Asked, parsed: readonly (Parsed<unknown> | undefined)[]): Scope => {
  const { ExpressionAttributeNames: names = NONE, ExpressionAttributeValues: values = NONE } = asked;
  for (const name in names)
    if (!parsed.some((p) => p?.names.has(name)))
      throw invalid(`Value provided in ExpressionAttributeNames unused in expressions: keys: {${name}}`);
  for (const name in values) {
    if (!parsed.some((p) => p?.values.has(name)))
      throw invalid(`Value provided in ExpressionAttributeValues unused in expressions: keys: {${name}}`);
    itemBytes({ [name]: (values as Attributes)[name] as Attributes[string] });
  }
  return { names, values };
};

export const wantsCapacity = ({ ReturnConsumedCapacity }: Asked): boolean =>
  ReturnConsumedCapacity === 'TOTAL' || ReturnConsumedCapacity === 'INDEXES';
export const writeUnitsOf = (...bytes: readonly number[]): number =>
  Math.max(1, Math.ceil(Math.max(...bytes) / WRITE_UNIT));
/** Of an item that is not there as of a small one. */
export const missing = 1;
export const readUnitsOf = (bytes: number, consistent: unknown): number =>
  Math.ceil(bytes / READ_UNIT) / (consistent === true ? 1 : 2);

/** @throws Refused for a value that is none, or for more than 400 KB */
export const storedOf = (item: Attributes): Stored => {
  const bytes = itemBytes(item);
  if (bytes > MOST_BYTES) throw invalid('Item size has exceeded the maximum allowed size');
  return { item: withPlainNumbers(item), bytes };
};

/** One write of an item under the call's condition. @param next what stands there behind it; null: nothing */
const write = (
  { name, store }: Table,
  asked: Write,
  place: Place,
  next: (before: Stored | undefined, scope: Scope) => Stored | null,
): Answered => {
  const { ConditionExpression, UpdateExpression, ReturnValues = 'NONE' } = asked;
  const condition = ConditionExpression === undefined ? undefined : conditionOf(ConditionExpression);
  const scope = scopeOf(asked, [condition, UpdateExpression === undefined ? undefined : updateOf(UpdateExpression)]);
  const before = store.get(place);
  if (condition !== undefined && !holds(condition.tree, before?.item ?? NONE, scope)) {
    const shown = asked.ReturnValuesOnConditionCheckFailure === 'ALL_OLD' && before !== undefined;
    return {
      status: 400,
      body: {
        __type: 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException',
        message: 'The conditional request failed',
        ...(shown && { Item: before.item }),
      },
    };
  }
  const after = next(before, scope);
  if (after === null) store.delete(place);
  else store.set(place, after);
  const shown = ReturnValues === 'ALL_OLD' ? before?.item : ReturnValues === 'ALL_NEW' ? after?.item : undefined;
  return {
    status: 200,
    body: {
      ...(shown && { Attributes: shown }),
      ...(wantsCapacity(asked) && {
        ConsumedCapacity: { TableName: name, CapacityUnits: writeUnitsOf(after?.bytes ?? 0, before?.bytes ?? 0) },
      }),
    },
  };
};

const refuseReturn = ({ ReturnValues }: Write, taken: readonly string[]): void => {
  if (ReturnValues !== undefined && !taken.includes(ReturnValues))
    throw invalid(`ReturnValues can only be ${taken.join(' or ')}`);
};

export const putItem = (table: Table, asked: Write): Answered => {
  refuseReturn(asked, ['ALL_OLD', 'NONE']);
  if (asked.Item === undefined) throw invalid('Item is missing');
  const stored = storedOf(asked.Item);
  return write(table, asked, placeOf(asked.Item, table.schema), () => stored);
};

export const updateItem = (table: Table, asked: Write): Answered => {
  refuseReturn(asked, ['ALL_OLD', 'ALL_NEW', 'NONE']);
  const { Key = NONE, UpdateExpression } = asked;
  const keys = [table.schema.hash, ...(table.schema.range === null ? [] : [table.schema.range])];
  return write(table, asked, keyOf(Key, table.schema), (before, scope) => {
    const base = { ...before?.item, ...Key };
    return storedOf(
      UpdateExpression === undefined ? base : updated(updateOf(UpdateExpression).tree, base, scope, keys),
    );
  });
};

export const deleteItem = (table: Table, asked: Write): Answered => {
  refuseReturn(asked, ['ALL_OLD', 'NONE']);
  return write(table, asked, keyOf(asked.Key, table.schema), () => null);
};

export const getItem = (
  table: Table,
  asked: Asked & { readonly Key?: Attributes; readonly ConsistentRead?: boolean },
) => {
  const found = table.store.get(keyOf(asked.Key, table.schema));
  return {
    ...(found && { Item: found.item }),
    ...(wantsCapacity(asked) && {
      ConsumedCapacity: {
        TableName: table.name,
        CapacityUnits: readUnitsOf(found?.bytes ?? missing, asked.ConsistentRead),
      },
    }),
  };
};
