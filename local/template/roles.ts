// What each role may do: the statements of its policies, with the ARNs that they have here.
import { type Complaints, fieldsOf } from './fields.ts';
import { LOCAL_ACCOUNT } from './intrinsics.ts';
import { entriesOf } from './resources.ts';
import type { RoleTemplate, Statement } from './template.ts';
import { plain, TemplateError, type Tree } from './tree.ts';

/** The framework makes the log groups; no other part of serverless.yml describes them. */
const LOG_GROUP = /^(\w+)LogGroup$/;

/** Before what stands for an ARN that cannot be told here. */
export const UNKNOWN = 'unknown:';

const oneOf = (tree: Tree | undefined): readonly Tree[] =>
  tree === undefined ? [] : tree.kind === 'list' ? tree.items : [tree];

const isNoValue = (tree: Tree): boolean => JSON.stringify(plain(tree)) === '{"Ref":"AWS::NoValue"}';

/** @param text gives the text of an intrinsic */
export const readRoles = (
  resources: Tree | undefined,
  region: string,
  complaints: Complaints,
  text: (tree: Tree) => string,
): readonly RoleTemplate[] => {
  const arnOf = (tree: Tree): string => {
    const [id] = ((plain(tree) as { 'Fn::GetAtt'?: string[] } | null)?.['Fn::GetAtt'] ?? []) as string[];
    const log = id === undefined ? null : LOG_GROUP.exec(id);
    if (log !== null) return `arn:aws:logs:${region}:${LOCAL_ACCOUNT}:log-group:${log[1]}:*`;
    try {
      return text(tree);
    } catch (error) {
      // Of a resource that the local run does not have: nothing here can need it.
      if (error instanceof TemplateError) return `${UNKNOWN}${JSON.stringify(plain(tree))}`;
      throw error;
    }
  };
  const statementOf = (tree: Tree): Statement => {
    const fields = fieldsOf(tree, 'a statement', complaints, text, [
      'Sid',
      'Effect',
      'Action',
      'Resource',
      'Condition',
    ]);
    const condition = fields.tree('Condition');
    return {
      effect: fields.text('Effect') === 'Deny' ? 'Deny' : 'Allow',
      actions: oneOf(fields.tree('Action')).map(text),
      resources: oneOf(fields.tree('Resource')).map(arnOf),
      condition: condition === undefined ? null : plain(condition),
    };
  };
  return entriesOf(resources).flatMap(([logicalId, entry]): readonly RoleTemplate[] => {
    const resource = fieldsOf(entry, logicalId, complaints, text);
    if (resource.text('Type') !== 'AWS::IAM::Role') return [];
    const policies = resource.map('Properties').list('Policies');
    const statements = policies.flatMap((policy) => {
      const { map } = fieldsOf(policy, `a policy of ${logicalId}`, complaints, text);
      return map('PolicyDocument').list('Statement');
    });
    return [{ logicalId, statements: statements.filter((s) => !isNoValue(s)).map(statementOf) }];
  });
};
