// Whether a role may do what a call does: the calls that the local services see, judged by serverless.yml's own policies.
import type { Call, ObjectCall } from '../services/hooks.ts';
import type { SearchCall } from '../stand-ins/search.ts';
import { LOCAL_ACCOUNT, queueArn, streamArn } from './intrinsics.ts';
import type { RoleTemplate } from './template.ts';

export type Asked = {
  readonly action: string /** null: whichever the role may use. */;
  readonly resource: string | null;
};

/** Operations whose permission has another name. */
const ACTION: Readonly<Record<string, string>> = {
  HeadObject: 'GetObject',
  ListObjectsV2: 'ListBucket',
  ListObjects: 'ListBucket',
  DeleteObjects: 'DeleteObject',
  CreateMultipartUpload: 'PutObject',
  UploadPart: 'PutObject',
  CompleteMultipartUpload: 'PutObject',
  SendMessageBatch: 'SendMessage',
  DeleteMessageBatch: 'DeleteMessage',
  PublishBatch: 'Publish',
};
const ON_BUCKET = ['ListBucket'];

const last = (text: unknown): string => String(text).split('/').at(-1) ?? '';

/** What IAM is asked for a call. A call on several tables is asked for each. */
export const askedOf = ({ service, operation, body }: Call, region: string): readonly Asked[] => {
  const name = ACTION[operation] ?? operation;
  const action = `${service}:${name}`;
  const fields = (body ?? {}) as Readonly<Record<string, unknown>>;
  switch (service) {
    case 'kinesis': {
      const stream = fields.StreamName ?? (fields.StreamARN === undefined ? undefined : last(fields.StreamARN));
      return [{ action, resource: typeof stream === 'string' ? streamArn(region, stream) : null }];
    }
    case 'dynamodb': {
      const tables =
        fields.RequestItems === undefined ? [fields.TableName] : Object.keys(fields.RequestItems as object);
      return tables.map((t) => ({ action, resource: `arn:aws:dynamodb:${region}:${LOCAL_ACCOUNT}:table/${t}` }));
    }
    case 's3': {
      const { bucket, key } = body as ObjectCall;
      return [{ action, resource: `arn:aws:s3:::${ON_BUCKET.includes(name) ? bucket : `${bucket}/${key}`}` }];
    }
    case 'sqs':
      return [{ action, resource: queueArn(region, last(fields.QueueUrl)) }];
    case 'sns':
      return [{ action, resource: String(fields.TopicArn) }];
    case 'events': {
      const { Entries = [] } = fields as { readonly Entries?: readonly { readonly EventBusName?: string }[] };
      const buses = new Set(Entries.map((e) => e.EventBusName ?? 'default'));
      const arn = (bus: string): string =>
        bus.startsWith('arn:') ? bus : `arn:aws:events:${region}:${LOCAL_ACCOUNT}:event-bus/${bus}`;
      return [...buses].map((bus) => ({ action, resource: arn(bus) }));
    }
    case 'firehose':
      return [
        {
          action,
          resource: `arn:aws:firehose:${region}:${LOCAL_ACCOUNT}:deliverystream/${fields.DeliveryStreamName}`,
        },
      ];
    case 'es': {
      const { host, method } = body as SearchCall;
      const [, domain, where] = /\/\/(?:search|vpc)-(.+)-[a-z0-9]{26}\.([\w-]+)\.es\./.exec(host) ?? [];
      const verb = `${method[0]}${method.slice(1).toLowerCase()}`;
      const path = `${LOCAL_ACCOUNT}:domain/${domain}/${operation}`;
      return [{ action: `es:ESHttp${verb}`, resource: domain === undefined ? null : `arn:aws:es:${where}:${path}` }];
    }
    case 'redshift-data': {
      const cluster = fields.ClusterIdentifier;
      const own = `arn:aws:redshift:${region}:${LOCAL_ACCOUNT}:cluster:${cluster}`;
      return [{ action, resource: cluster === undefined ? null : own }];
    }
    case 'postgres':
    case 'webhook':
    case 'kafka':
      return []; // a login and a key open them
    case 'secretsmanager':
      return [{ action, resource: null }];
    default:
      return service satisfies never;
  }
};

/** `*` is any text, `?` any character, as IAM reads them. */
const matches = (pattern: string, text: string): boolean =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replace(/\*/g, '.*')
      .replace(/\?/g, '.')}$`,
    's',
  ).test(text);

/** Conditions are taken to hold. */
export const may = (role: RoleTemplate, { action, resource }: Asked): boolean => {
  const hit = (effect: 'Allow' | 'Deny'): boolean =>
    role.statements.some(
      (s) =>
        s.effect === effect &&
        s.actions.some((a) => matches(a, action)) &&
        (resource === null || s.resources.some((r) => matches(r, resource))),
    );
  return hit('Allow') && !hit('Deny');
};
