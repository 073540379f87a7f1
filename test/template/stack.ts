// A compiled template, as CloudFormation gets it.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

// biome-ignore lint/suspicious/noExplicitAny: properties are compared, field by field, with what is expected
export type Resource = { readonly Type: string; readonly Properties: any; readonly [field: string]: unknown };
export type Stack = {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Conditions?: Readonly<Record<string, unknown>>;
  readonly Outputs: Readonly<Record<string, { readonly Export?: { readonly Name: unknown } }>>;
};

const out = resolve(import.meta.dirname, '../../.millrace/template');

/** @param name as local/proof/template.sh packages it */
export const stackOf = (name: string): Stack =>
  JSON.parse(readFileSync(join(out, name, 'cloudformation-template-update-stack.json'), 'utf8'));

export const ofType = (stack: Stack, type: string): readonly (readonly [string, Resource])[] =>
  Object.entries(stack.Resources).filter(([, r]) => r.Type === type);

/** Texts of physical names in a stack; an intrinsic counts as its JSON. */
export const namesIn = (stack: Stack): readonly string[] => {
  const NAME =
    /^(Name|FunctionName|TableName|BucketName|QueueName|RoleName|AliasName|LogGroupName|AlarmName|DashboardName|TopicName)$/;
  const names = Object.values(stack.Resources)
    .filter((r) => r.Type !== 'AWS::Lambda::EventSourceMapping' && r.Type !== 'AWS::Lambda::Permission')
    .flatMap((r) =>
      Object.entries((r.Properties ?? {}) as Record<string, unknown>)
        .filter(([field, value]) => NAME.test(field) && typeof value === 'string')
        .map(([field, value]) => `${r.Type} ${field} ${value}`),
    );
  const exports = Object.values(stack.Outputs).flatMap((o) =>
    o.Export === undefined ? [] : [JSON.stringify(o.Export)],
  );
  return [...names, ...exports];
};
