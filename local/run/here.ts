// The pipeline's services on this machine, with the streams, tables, buckets and queues that serverless.yml describes.

import { groupsFor } from '../../shared/lanes/ring.ts';
import type { MemoryLog } from '../../shared/memory/log.ts';
import type { Clock } from '../../shared/ports.ts';
import { systemClock } from '../../shared/ports.ts';
import type { Plan } from '../../shared/query/plan.ts';
import { type Addresses, paramsFor } from '../destinations/here/addresses.ts';
import { Messages } from '../destinations/here/held.ts';
import { type DestinationsHere, startDestinations, tapInto } from '../destinations/here/start.ts';
import { type LocalKinesis, startKinesis } from '../kinesis/start.ts';
import { type LocalDynamo, startDynamo } from '../services/dynamo.ts';
import type { Hooks } from '../services/hooks.ts';
import { localEnv } from '../services/local-env.ts';
import { createMeter, type Meter } from '../services/meter.ts';
import { type LocalObjects, startObjects } from '../services/objects.ts';
import { type LocalSecrets, startSecrets } from '../services/secrets.ts';
import { type GlueStandIn, startGlueStandIn } from '../stand-ins/glue.ts';
import { LOCAL_ACCOUNT } from '../template/intrinsics.ts';
import { readTemplate } from '../template/read-template.ts';
import type { FunctionTemplate, Template } from '../template/template.ts';

export type HereOptions = {
  /** The project's folder. */
  readonly root: string;
  /** As `--stage`; dev without it. */
  readonly stage?: string;
  /** As `--param name=value`. */
  readonly params?: Readonly<Record<string, string>>;
  /** Shards of every stream; without it as serverless.yml says. */
  readonly shards?: number;
  readonly hooks?: Hooks;
  readonly clock?: Clock;
  /** Names of shards; Kinesis' own without it. */
  readonly shardName?: (n: number) => string;
  /** Keep every record, whatever its arrival: for history. */
  readonly keepAll?: boolean;
  readonly kinesisPort?: number;
  /** Of the pipeline whose destinations are wanted too; without it functions that serverless.yml leaves out stay out. */
  readonly plan?: Plan;
  /** Addresses of the user's own for destinations, by table. */
  readonly addresses?: Addresses;
  /** Keys of messages that are kept for looking at, of each destination; all without it. */
  readonly keepMessages?: number;
};

export type Here = {
  readonly template: Template;
  readonly kinesis: LocalKinesis;
  readonly dynamo: LocalDynamo;
  readonly objects: LocalObjects;
  readonly secrets: LocalSecrets;
  /** Where functions register the lake's partitions; only with `--param catalog=on`. */
  readonly glue: GlueStandIn | null;
  readonly meter: Meter;
  /** Where rows go outside; null where nobody asked for it. */
  readonly destinations: DestinationsHere | null;
  /** Settings for AWS clients that talk to these services. */
  readonly aws: Readonly<Record<string, string>>;
  /** A stream by its logical id in serverless.yml: `RawStream`. */
  stream(logicalId: string): MemoryLog;
  /** A table's or bucket's name by its logical id. */
  name(logicalId: string): string;
  close(): Promise<void>;
};

/** Another count of shards brings its own count of key groups, as custom.sizes in resources/ does for a deploy. */
const sized = (template: Template, shards: number | undefined): Template => {
  if (shards === undefined) return template;
  const groups = String(groupsFor(shards));
  const withGroups = (fn: FunctionTemplate): FunctionTemplate =>
    'GROUPS' in fn.environment ? { ...fn, environment: { ...fn.environment, GROUPS: groups } } : fn;
  return {
    ...template,
    streams: template.streams.map((s) => ({ ...s, shards })),
    functions: template.functions.map(withGroups),
  };
};

/** An endpoint on this machine is one of a private network. */
const allowingPrivate = (template: Template): Template => ({
  ...template,
  functions: template.functions.map((fn) =>
    'WEBHOOK_PRIVATE' in fn.environment
      ? { ...fn, environment: { ...fn.environment, WEBHOOK_PRIVATE: 'allowed' } }
      : fn,
  ),
});

/** @throws TemplateError when serverless.yml cannot be read */
export const startHere = async (given: HereOptions): Promise<Here> => {
  const { plan } = given;
  const options = plan === undefined ? given : { ...given, params: { ...paramsFor(plan), ...given.params } };
  const { hooks, clock = systemClock } = options;
  const meter = createMeter();
  const served = { meter, shortCut: true, ...(hooks === undefined ? {} : { hooks }) };
  const messages = new Messages(options.keepMessages);
  const objects = await startObjects({ ...served, ...(plan !== undefined && { taken: tapInto(messages) }) });
  const dynamo = await startDynamo(served);
  const kinesis = await startKinesis({
    ...served,
    clock,
    ...(options.kinesisPort === undefined ? {} : { port: options.kinesisPort }),
  });
  const secrets = await startSecrets(served);
  const queueUrl = (name: string): string => `${objects.endpoint}/${LOCAL_ACCOUNT}/${name}`;
  const template = allowingPrivate(sized(readTemplate({ ...options, queueUrl }), options.shards));

  const glue = template.functions.some((fn) => fn.environment.CATALOG_DATABASE) ? await startGlueStandIn() : null;
  for (const { name, shards, retentionMs } of template.streams) {
    kinesis.kinesis.create(name, {
      shards,
      retention: options.keepAll ? Number.POSITIVE_INFINITY : retentionMs,
      ...(options.shardName && { shardName: options.shardName }),
    });
  }
  for (const { name, hashKey, rangeKey } of template.tables) {
    const keys = [hashKey, ...(rangeKey === null ? [] : [rangeKey])];
    await dynamo.call('CreateTable', {
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: keys.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: keys.map((AttributeName, i) => ({ AttributeName, KeyType: i === 0 ? 'HASH' : 'RANGE' })),
    });
  }
  for (const { name, text } of template.secrets) secrets.put(name, text);
  for (const { name } of template.buckets) await objects.createBucket(name);
  // History is not delayed: its end would be waited for, and nothing comes meanwhile that a delay could gather.
  for (const { name, delayMs, visibilityMs } of template.queues)
    await objects.createQueue(name, { delayMs: options.keepAll ? 0 : delayMs, visibilityMs });

  const addresses: Addresses = options.addresses ?? new Map();
  const destinations =
    plan === undefined ? null : await startDestinations({ plan, addresses, served, objects, secrets, messages });

  const named = new Map(
    [...template.streams, ...template.tables, ...template.buckets].map((r) => [r.logicalId, r.name]),
  );
  const nameOf = (logicalId: string): string => {
    const found = named.get(logicalId);
    if (found === undefined) throw new Error(`serverless.yml describes no ${logicalId}`);
    return found;
  };
  return {
    template,
    kinesis,
    dynamo,
    objects,
    meter,
    secrets,
    destinations,
    glue,
    aws: localEnv({
      kinesis: kinesis.endpoint,
      dynamo: dynamo.endpoint,
      objects: objects.endpoint,
      secrets: secrets.endpoint,
      ...(glue && { glue: glue.url }),
      ...(destinations?.events !== undefined && { events: destinations.events }),
      ...(destinations?.redshift !== undefined && { redshift: destinations.redshift }),
      ...(destinations?.firehose !== undefined && { firehose: destinations.firehose }),
    }),
    stream: (logicalId) => kinesis.kinesis.log(nameOf(logicalId)),
    name: nameOf,
    async close() {
      await Promise.all([kinesis, dynamo, objects, secrets, destinations, glue].map((service) => service?.close()));
    },
  };
};
