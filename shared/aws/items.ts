// Items between our form and DynamoDB's.
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Condition, Item, Key, Scalar } from '../ports.ts';

export type Attributes = Record<string, AttributeValue>;

export const toAttribute = (v: Scalar): AttributeValue => {
  switch (typeof v) {
    case 'string':
      return { S: v };
    case 'number':
      return { N: String(v) };
    case 'boolean':
      return { BOOL: v };
    default:
      return { B: v };
  }
};

const fromAttribute = (name: string, v: AttributeValue): Scalar => {
  const value = v.S ?? v.BOOL ?? v.B ?? (v.N === undefined ? undefined : Number(v.N));
  if (value === undefined) throw new TypeError(`field ${name} has a type that no function of ours writes`);
  return value;
};

export const toAttributes = (fields: Readonly<Record<string, Scalar>>): Attributes =>
  Object.fromEntries(Object.entries(fields).map(([name, v]) => [name, toAttribute(v)]));

export const toItem = (attributes: Attributes): Item =>
  Object.fromEntries(Object.entries(attributes).map(([name, v]) => [name, fromAttribute(name, v)])) as Item;

export const toKey = ({ pk, sk }: Key): Attributes => ({ pk: { S: pk }, sk: { S: sk } });

export type Expression = {
  readonly text: string;
  readonly names: Readonly<Record<string, string>>;
  readonly values: Attributes;
};

export const toExpression = (when: Condition): Expression => {
  switch (when.kind) {
    case 'absent':
      return { text: 'attribute_not_exists(pk)', names: {}, values: {} };
    case 'below':
      return {
        text: 'attribute_not_exists(#when) OR #when < :when',
        names: { '#when': when.field },
        values: { ':when': toAttribute(when.value) },
      };
    case 'equals':
      return { text: '#when = :when', names: { '#when': when.field }, values: { ':when': toAttribute(when.value) } };
    default:
      return when satisfies never;
  }
};

/** Leaves out maps without entries, which DynamoDB refuses. */
export const expressionFields = (names: Readonly<Record<string, string>>, values: Attributes) => ({
  ...(Object.keys(names).length > 0 && { ExpressionAttributeNames: names }),
  ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
});
