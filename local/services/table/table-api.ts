// The operations of DynamoDB that our code calls, on tables whose keys are text: JSON in, JSON out. What it does not take it refuses.
import { Refused } from '../serve.ts';
import { type Batch, batchGet, batchWrite } from './batches.ts';
import { query, scan } from './read-range.ts';
import { describe, type Schema, schemaOf } from './schema.ts';
import { inUse, invalid, notFound, notHere } from './table-error.ts';
import { TableStore } from './table-store.ts';
import { deleteItem, getItem, putItem, type Table, updateItem } from './write-item.ts';

type Body = { readonly [field: string]: unknown };
export type Answered = { readonly status: number; readonly body: object };
export type TableApi = (operation: string, body: unknown) => Answered;

const ok = (body: object): Answered => ({ status: 200, body });

/** Fields that an operation takes; those that say something and are not read would be a lie. */
const TAKEN: Readonly<Record<string, readonly string[]>> = {
  CreateTable: [
    'TableName',
    'AttributeDefinitions',
    'KeySchema',
    'BillingMode',
    'ProvisionedThroughput',
    'Tags',
    'TableClass',
  ],
  DeleteTable: ['TableName'],
  DescribeTable: ['TableName'],
  ListTables: ['ExclusiveStartTableName', 'Limit'],
  PutItem: ['TableName', 'Item', 'ConditionExpression', 'ReturnValues'],
  UpdateItem: ['TableName', 'Key', 'UpdateExpression', 'ConditionExpression', 'ReturnValues'],
  DeleteItem: ['TableName', 'Key', 'ConditionExpression', 'ReturnValues'],
  GetItem: ['TableName', 'Key', 'ConsistentRead'],
  Query: [
    'TableName',
    'KeyConditionExpression',
    'FilterExpression',
    'ScanIndexForward',
    'Limit',
    'ExclusiveStartKey',
    'ConsistentRead',
    'Select',
  ],
  Scan: ['TableName', 'FilterExpression', 'Limit', 'ExclusiveStartKey', 'ConsistentRead', 'Select'],
  BatchGetItem: ['RequestItems'],
  BatchWriteItem: ['RequestItems'],
};
/** Any operation may carry these. */
const COMMON = [
  'ReturnConsumedCapacity',
  'ReturnItemCollectionMetrics',
  'ReturnValuesOnConditionCheckFailure',
  'ExpressionAttributeNames',
  'ExpressionAttributeValues',
];

const refuseUnknown = (operation: string, body: Body): void => {
  const taken = TAKEN[operation];
  if (taken === undefined)
    throw new Refused({
      error: 'UnknownOperationException',
      status: 400,
      message: `${operation} is not among ${Object.keys(TAKEN).join(', ')}; dynalite takes more: set MILLRACE_TABLE=dynalite`,
    });
  for (const field in body)
    if (body[field] !== undefined && body[field] !== null && !taken.includes(field) && !COMMON.includes(field))
      throw notHere(`${field} of ${operation}`);
};

export const tableApi = (now: () => number): TableApi => {
  const tables = new Map<string, Table>();
  const nameOf = ({ TableName }: Body): string => {
    if (typeof TableName !== 'string') throw invalid('TableName is missing');
    return TableName;
  };
  const tableOf = (name: string): Table => {
    const found = tables.get(name);
    if (found === undefined) throw notFound(name);
    return found;
  };
  const of = (body: Body): Table => tableOf(nameOf(body));

  const create = (body: Body): Answered => {
    const name = nameOf(body);
    if (tables.has(name)) throw inUse(name);
    const schema: Schema = schemaOf(name, body, now());
    tables.set(name, { name, schema, store: new TableStore() });
    return ok({ TableDescription: describe(of(body)) });
  };
  const remove = (body: Body): Answered => {
    const table = of(body);
    tables.delete(table.name);
    return ok({ TableDescription: { ...describe(table), TableStatus: 'DELETING' } });
  };
  const list = ({ ExclusiveStartTableName: after, Limit = 100 }: Body): Answered => {
    const names = [...tables.keys()].sort().filter((n) => typeof after !== 'string' || n > after);
    const TableNames = names.slice(0, Limit as number);
    return ok({ TableNames, ...(names.length > TableNames.length && { LastEvaluatedTableName: TableNames.at(-1) }) });
  };

  const operations: Readonly<Record<string, (body: Body) => Answered>> = {
    CreateTable: create,
    DeleteTable: remove,
    DescribeTable: (body) => ok({ Table: describe(of(body)) }),
    ListTables: list,
    PutItem: (body) => putItem(of(body), body),
    UpdateItem: (body) => updateItem(of(body), body),
    DeleteItem: (body) => deleteItem(of(body), body),
    GetItem: (body) => ok(getItem(of(body), body)),
    Query: (body) => ok(query(of(body), body)),
    Scan: (body) => ok(scan(of(body), body)),
    BatchGetItem: (body) => ok(batchGet(tableOf, body as Batch)),
    BatchWriteItem: (body) => ok(batchWrite(tableOf, body as Batch)),
  };
  return (operation, body) => {
    const asked = (body ?? {}) as Body;
    refuseUnknown(operation, asked);
    return (operations[operation] as (body: Body) => Answered)(asked);
  };
};
