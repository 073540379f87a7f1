// serverless.yml and the files it names -> the template.
import { seconds } from '../../shared/time.ts';
import { Complaints, fieldsOf } from './fields.ts';
import { LOCAL_ACCOUNT, textReader } from './intrinsics.ts';
import { resolveService, type ServiceOptions } from './resolve.ts';
import { bucketOf, queueOf, readResources, secretOf, streamOf, tableOf } from './resources.ts';
import { readRoles } from './roles.ts';
import type { FunctionTemplate, Template } from './template.ts';
import { plain, type Tree } from './tree.ts';
import { triggersOf } from './triggers.ts';

export type TemplateOptions = ServiceOptions & {
  /** A queue's address from its name; default: its address in AWS, in an account of zeros. */
  readonly queueUrl?: (name: string) => string;
};

const FUNCTION = [
  'handler',
  'role',
  'environment',
  'events',
  'timeout',
  'memorySize',
  'maximumRetryAttempts',
  'package',
  'consumers',
  'reservedConcurrency', // an account is nothing here
  'vpc', // a network is nothing here
];
const LAMBDA_TIMEOUT = 6; // seconds; osls's default
const LAMBDA_MEMORY = 1024; // MB; osls's default

/** @throws TemplateError with every mistake that was found: file, line, what stands there, what would work */
export const readTemplate = (options: TemplateOptions): Template => {
  const complaints = new Complaints();
  const stage = options.stage ?? 'dev';
  const service = resolveService({ ...options, stage });
  const top = fieldsOf(service, 'serverless.yml', complaints, (t) => String(plain(t)));
  const provider = top.map('provider');
  const region = provider.text('region', 'us-east-1');
  const fanOut = top.map('custom').text('consumers', 'shared') === 'fan-out';
  const resources = readResources(top.tree('resources'), complaints);
  const ofType = (type: string) => resources.filter((r) => r.type === type);
  const text = textReader({
    region,
    resources: new Map(resources.map((r) => [r.logicalId, r])),
    queueUrl: options.queueUrl ?? ((name) => `https://sqs.${region}.amazonaws.com/${LOCAL_ACCOUNT}/${name}`),
  });

  const environmentOf = (tree: Tree | undefined): Record<string, string> => {
    if (tree === undefined) return {};
    const fields = fieldsOf(tree, 'environment', complaints, text);
    return Object.fromEntries(fields.names().map((name) => [name, fields.text(name)]));
  };
  const functionOf = (name: string, tree: Tree): FunctionTemplate => {
    const f = fieldsOf(tree, `function ${name}`, complaints, text, FUNCTION);
    const handler = f.text('handler');
    const dot = handler.lastIndexOf('.');
    const consumers = f.text('consumers', 'shared');
    if (consumers !== 'shared' && consumers !== 'enhanced')
      complaints.say(f.at, `"consumers" in function ${name} is "${consumers}"; expected shared or enhanced`);
    return {
      name,
      fullName: `${top.text('service')}-${stage}-${name}`,
      file: handler.slice(0, dot),
      export: handler.slice(dot + 1),
      environment: { ...environmentOf(provider.tree('environment')), ...environmentOf(f.tree('environment')) },
      timeoutMs: seconds(f.number('timeout', provider.number('timeout', LAMBDA_TIMEOUT))),
      memoryMb: f.number('memorySize', provider.number('memorySize', LAMBDA_MEMORY)),
      role: f.text('role', ''),
      consumers: consumers === 'enhanced' ? 'enhanced' : 'shared',
      triggers: f
        .list('events')
        .flatMap((event) => triggersOf(event, complaints, text, fanOut && consumers === 'enhanced')),
    };
  };
  const functions = top.map('functions');
  const onKafka = top.map('custom').map('kafka').text('log', 'kinesis') === 'kafka';
  const template: Template = {
    ...(onKafka && { log: 'kafka' as const }),
    service: top.text('service'),
    stage,
    region,
    streams: ofType('AWS::Kinesis::Stream').map(streamOf),
    tables: ofType('AWS::DynamoDB::Table').map((r) => tableOf(r, complaints)),
    buckets: ofType('AWS::S3::Bucket').map((r) => bucketOf(r, complaints)),
    queues: ofType('AWS::SQS::Queue').map(queueOf),
    secrets: ofType('AWS::SecretsManager::Secret').map(secretOf),
    roles: readRoles(top.tree('resources'), region, complaints, text),
    functions: functions.names().flatMap((name) => {
      const tree = functions.tree(name);
      return tree === undefined ? [] : [functionOf(name, tree)]; // null: switched off
    }),
  };
  complaints.throwAny();
  return template;
};
