// The rules of EventBridge that call functions of a stack.
import type { DeployedStack } from '../../shared/aws/deployed-stack.ts';
import type { Deployment } from '../plan/deployment.ts';

export type RuleOf = { readonly function: string; readonly rule: string };
type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});

/** Logical id of the function that a target's ARN names. */
const targetOf = (target: unknown): string | null => {
  const at = fieldsOf(fieldsOf(target).Arn)['Fn::GetAtt'];
  if (typeof at === 'string') return at.split('.')[0] ?? null;
  return Array.isArray(at) ? String(at[0]) : null;
};

/** @throws Error for a rule that the account does not know by its stack */
export const rulesOf = async (
  stack: Pick<DeployedStack, 'template' | 'physicalId'>,
  { service, stage, functions }: Deployment,
): Promise<readonly RuleOf[]> => {
  const name = `${service}-${stage}`;
  const resources = Object.entries(fieldsOf(fieldsOf(await stack.template(name)).Resources));
  const names = new Map(
    resources.flatMap(([id, r]) => {
      const full = fieldsOf(fieldsOf(r).Properties).FunctionName;
      const fn = functions.find((f) => f.fullName === full);
      return fn === undefined ? [] : [[id, fn.name] as const];
    }),
  );
  const found: RuleOf[] = [];
  for (const [id, r] of resources) {
    const { Type, Properties } = fieldsOf(r);
    const { ScheduleExpression, Targets } = fieldsOf(Properties);
    if (Type !== 'AWS::Events::Rule' || ScheduleExpression === undefined || !Array.isArray(Targets)) continue;
    const fn = Targets.map(targetOf).flatMap((t) => (t === null ? [] : [names.get(t)]))[0];
    if (fn === undefined) continue;
    const rule = await stack.physicalId(name, id);
    if (rule === undefined)
      throw new Error(`stack ${name} has a schedule ${id} of ${fn}, and the account knows no rule for it`);
    found.push({ function: fn, rule });
  }
  return found;
};
