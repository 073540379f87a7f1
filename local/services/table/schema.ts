// What a table is made of: the names of its keys, which are text here.
import { invalid, notHere } from './table-error.ts';
import type { KeyNames } from './table-store.ts';
import type { Table } from './write-item.ts';

export type Schema = KeyNames & {
  /** As CreateTable gave them. */
  readonly given: object;
  /** Seconds since the epoch. */
  readonly created: number;
};
type Asked = {
  readonly AttributeDefinitions?: readonly { readonly AttributeName: string; readonly AttributeType: string }[];
  readonly KeySchema?: readonly { readonly AttributeName: string; readonly KeyType: string }[];
};

const NAME = /^[a-zA-Z0-9_.-]{3,255}$/;

/** @throws Refused for a table that could not be one, or whose keys are no text */
export const schemaOf = (name: string, body: object, now: number): Schema => {
  const { AttributeDefinitions = [], KeySchema = [] } = body as Asked;
  if (!NAME.test(name)) throw invalid(`a table's name has 3 to 255 of a-z, A-Z, 0-9, "_", "." and "-": ${name}`);
  const named = (kind: string): string | null => KeySchema.find((k) => k.KeyType === kind)?.AttributeName ?? null;
  const [hash, range] = [named('HASH'), named('RANGE')];
  if (hash === null) throw invalid('a table needs a key of type HASH');
  const keys = [hash, ...(range === null ? [] : [range])];
  for (const { AttributeName, AttributeType } of AttributeDefinitions)
    if (AttributeType !== 'S') throw notHere(`key ${AttributeName} of type ${AttributeType}`);
  const defined = AttributeDefinitions.map((d) => d.AttributeName);
  if (defined.length !== keys.length || keys.some((k) => !defined.includes(k)))
    throw invalid(`the keys are ${keys.join(', ')}, the definitions ${defined.join(', ')}`);
  return { hash, range, given: { AttributeDefinitions, KeySchema }, created: now / 1000 };
};

export const describe = ({ name, schema, store }: Table): object => ({
  TableName: name,
  TableStatus: 'ACTIVE',
  TableArn: `arn:aws:dynamodb:us-east-1:000000000000:table/${name}`,
  ...schema.given,
  CreationDateTime: schema.created,
  BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
  ProvisionedThroughput: { ReadCapacityUnits: 0, WriteCapacityUnits: 0, NumberOfDecreasesToday: 0 },
  ItemCount: store.count,
  TableSizeBytes: store.bytes,
});
