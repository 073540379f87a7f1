// The words of JSON Schema, and where schemas stand inside schemas.

export type Dialect = 'draft-07' | '2020-12';

/** Marks of ours: the field that is the event time, the id of a plain event, the partition key. */
export const MARKS = ['x-time', 'x-id', 'x-key'] as const;
export type Mark = (typeof MARKS)[number];

/** What stands under a keyword: one schema, a list of them, or schemas by name. */
type Holds = 'schema' | 'list' | 'names' | 'value';

const BOTH: Readonly<Record<string, Holds>> = {
  ...Object.fromEntries(
    [
      ...MARKS,
      ...[
        '$id',
        '$schema',
        '$ref',
        '$comment',
        'title',
        'description',
        'default',
        'examples',
        'readOnly',
        'writeOnly',
        'deprecated',
      ],
      ...['type', 'enum', 'const', 'format', 'required', 'contentEncoding', 'contentMediaType'],
      ...['multipleOf', 'maximum', 'exclusiveMaximum', 'minimum', 'exclusiveMinimum'],
      ...['maxLength', 'minLength', 'pattern', 'maxItems', 'minItems', 'uniqueItems', 'maxProperties', 'minProperties'],
    ].map((name) => [name, 'value'] as const),
  ),
  ...Object.fromEntries(
    ['not', 'if', 'then', 'else', 'contains', 'propertyNames', 'additionalProperties'].map(
      (name) => [name, 'schema'] as const,
    ),
  ),
  ...{ allOf: 'list', anyOf: 'list', oneOf: 'list' },
  ...{ properties: 'names', patternProperties: 'names', definitions: 'names', $defs: 'names' },
};

export const KEYWORDS: Readonly<Record<Dialect, Readonly<Record<string, Holds>>>> = {
  'draft-07': { ...BOTH, items: 'list', additionalItems: 'schema', dependencies: 'names' },
  '2020-12': {
    ...BOTH,
    ...{ $anchor: 'value', contentSchema: 'schema', dependentRequired: 'value' },
    ...{ items: 'schema', prefixItems: 'list', dependentSchemas: 'names', minContains: 'value', maxContains: 'value' },
    ...{ unevaluatedProperties: 'schema', unevaluatedItems: 'schema' },
  },
};

/** Words that a schema may hold elsewhere but not here, and why. */
export const REFUSED: Readonly<Record<string, string>> = {
  $dynamicRef: 'its target depends on who refers to the schema, which the compiled check cannot follow; use $ref',
  $dynamicAnchor: 'it serves $dynamicRef, which the compiled check cannot follow; use $anchor and $ref',
  $recursiveRef: 'it belongs to draft 2019-09; use $ref',
  $recursiveAnchor: 'it belongs to draft 2019-09; use $anchor and $ref',
};
