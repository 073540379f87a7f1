// A CloudFormation template as the account (or `serverless package`) has it -> what it deploys.
import type { DeployedFunction, DeployedMapping, DeployedStream, Deployment } from './deployment.ts';

type Fields = Readonly<Record<string, unknown>>;
type Resource = { readonly id: string; readonly type: string; readonly properties: Fields };

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});
const textOf = (value: unknown): string | null =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : null;

/** The resource that `Ref` or `Fn::GetAtt` names; the last part of a literal ARN. */
const target = (value: unknown): string | null => {
  if (typeof value === 'string') return value.slice(Math.max(value.lastIndexOf('/'), value.lastIndexOf(':')) + 1);
  const { Ref: ref, 'Fn::GetAtt': at } = fieldsOf(value);
  if (typeof ref === 'string') return ref;
  if (typeof at === 'string') return at.split('.')[0] ?? null;
  return Array.isArray(at) ? textOf(at[0]) : null;
};

const resourcesOf = (template: unknown): readonly Resource[] =>
  Object.entries(fieldsOf(fieldsOf(template).Resources)).map(([id, entry]) => ({
    id,
    type: textOf(fieldsOf(entry).Type) ?? '',
    properties: fieldsOf(fieldsOf(entry).Properties),
  }));

const streamOf = ({ id, properties: p }: Resource): DeployedStream => {
  const onDemand = fieldsOf(p.StreamModeDetails).StreamMode === 'ON_DEMAND';
  return {
    id,
    name: textOf(p.Name) ?? id,
    mode: onDemand ? 'on-demand' : 'provisioned',
    shards: onDemand ? null : Number(textOf(p.ShardCount) ?? 1),
    retentionHours: Number(textOf(p.RetentionPeriodHours) ?? 24),
  };
};

const STORES: Readonly<Record<string, string>> = {
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::S3::Bucket': 'BucketName',
};

/**
 * Queries and keys are in the functions' code, not in the template: null here.
 * @throws Error for a template without resources
 */
export const deploymentOfStack = (template: unknown, service: string, stage: string): Deployment => {
  const resources = resourcesOf(template);
  if (resources.length === 0) throw new Error('the template has no Resources: is it CloudFormation in JSON?');
  const ofType = (type: string): readonly Resource[] => resources.filter((r) => r.type === type);
  const prefix = `${service}-${stage}-`;
  const byId = new Map<string, DeployedFunction>();
  for (const { id, properties: p } of ofType('AWS::Lambda::Function')) {
    const fullName = textOf(p.FunctionName) ?? id;
    if (!fullName.startsWith(prefix)) continue; // helpers of the framework
    const variables = fieldsOf(fieldsOf(p.Environment).Variables);
    const groups = textOf(variables.GROUPS);
    byId.set(id, {
      name: fullName.slice(prefix.length),
      fullName,
      groups: groups === null ? null : Number(groups),
      run: textOf(variables.RUN),
    });
  }
  const ledgers = ofType('AWS::Lambda::Function').flatMap(
    ({ properties: p }) => textOf(fieldsOf(fieldsOf(p.Environment).Variables).LEDGER_TABLE) ?? [],
  );
  const streams = ofType('AWS::Kinesis::Stream').map(streamOf);
  const ids = new Map(streams.map((s) => [s.name, s.id]));
  const mappings = ofType('AWS::Lambda::EventSourceMapping').flatMap(
    ({ properties: p }): readonly DeployedMapping[] => {
      const position = textOf(p.StartingPosition);
      const source = target(p.EventSourceArn);
      const fn = target(p.FunctionName);
      if (position === null || source === null || fn === null) return []; // a queue has no position
      const name = byId.get(fn)?.name ?? fn.replace(prefix, '');
      return [{ function: name, stream: ids.get(source) ?? source, position, enabled: p.Enabled !== false }];
    },
  );
  const stores = resources.flatMap(({ id, type, properties: p }) => {
    const field = STORES[type];
    const name = field === undefined ? null : textOf(p[field]);
    return name === null ? [] : [[id, name] as const];
  });
  const own = stores.find(([id]) => id === 'LedgerTable')?.[1];
  const ledger = ledgers.find((name) => name !== own);
  return {
    version: 1,
    ...(ledger !== undefined && { ledger }),
    service,
    stage,
    functions: [...byId.values()],
    streams,
    mappings,
    stores: Object.fromEntries(stores),
    queries: null,
    keys: null,
  };
};
