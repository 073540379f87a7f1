// The list of commands: what each is called, takes and says. Its code is loaded when it is called.
import type { ParseArgsConfig } from 'node:util';

export type Options = NonNullable<ParseArgsConfig['options']>;
/** What a command got: options by name, and the words that are none. */
export type Call = {
  readonly values: Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>;
  readonly words: readonly string[];
};
/** 0 done, 1 the work failed, 2 the call or the pipeline's files are wrong. */
export type ExitCode = 0 | 1 | 2;

export type Command = {
  readonly name: string;
  readonly summary: string;
  readonly usage: string;
  readonly options: Options;
  /** One line for each option: how it is written, what it does. */
  readonly help: readonly (readonly [string, string])[];
  /** Names of the words that follow, in order; a call with more is wrong, unless the last one ends with `…`. */
  readonly words: readonly string[];
  readonly load: () => Promise<(call: Call) => Promise<ExitCode>>;
};

const pipeline = ['--pipeline DIR', 'the folder with schemas, tables.sql and queries (default: pipeline)'] as const;
/** As `serverless deploy` takes them. */
const deploy = {
  stage: { type: 'string' },
  param: { type: 'string', multiple: true },
  region: { type: 'string' },
} as const satisfies Options;
const deployHelp = [
  ['--stage STAGE', 'dev, prod or your own (default: dev)'],
  ['--param NAME=VALUE', 'a setting of serverless.yml, as `serverless deploy` takes it; may repeat'],
  ['--region REGION', 'default: as serverless.yml says'],
] as const;
const destinationHere = [
  '--destination TABLE=ADDRESS',
  'a database, search engine or endpoint of yours in place of the stand-in here; may repeat',
] as const;
const SECRETS = [
  '--secrets FILE',
  'secrets of sources.yml on this machine: a JSON object of names and texts (default: the file MILLRACE_SECRETS names)',
] as const;
const json = ['--json', 'the result as JSON on standard output'] as const;

/** Of the commands for what left by a side door. */
const side = {
  stage: { type: 'string' },
  region: { type: 'string' },
  pipeline: { type: 'string' },
  'stage-of': { type: 'string' },
  rule: { type: 'string' },
  query: { type: 'string' },
  source: { type: 'string' },
  type: { type: 'string' },
  state: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  all: { type: 'boolean' },
  limit: { type: 'string' },
  reason: { type: 'string' },
  by: { type: 'string' },
  yes: { type: 'boolean' },
  json: { type: 'boolean' },
} as const satisfies Options;
const sideHelp = [
  ['--stage STAGE', 'a deployed stage (default: the pipeline that millrace start runs here)'],
  ['--region REGION', 'its region (default: as serverless.yml says)'],
  ['--pipeline DIR', 'the folder of the present build (default: pipeline, here the one that was started)'],
  ['--stage-of NAME', 'which: those of one function, such as validate or enrich'],
  ['--rule RULE', 'which: those of one rule, such as schema.mismatch'],
  ['--query NAME', 'which: those of one query'],
  ['--source SOURCE', 'which: events that name this source'],
  ['--type TYPE', 'which: events of this type'],
  ['--state STATE', 'which: open, fixed, resubmitted or discarded'],
  ['--from TIME', 'which: arrived from then on (ISO 8601)'],
  ['--to TIME', 'which: arrived before'],
  ['--all', 'all of them'],
  ['--limit N', 'rows that are shown (default: 20)'],
  ['--reason TEXT', 'discard: why'],
  ['--by NAME', 'who does it (default: the name of your account here)'],
  ['--yes', 'fix, resubmit: do it; without it they say what they would do'],
  json,
] as const;

export const COMMANDS: readonly Command[] = [
  {
    name: 'start',
    summary: 'the whole pipeline here, live: producer endpoint, functions, page, sample traffic',
    usage:
      'millrace start [--port N] [--rate N] [--no-traffic] [--kind KIND] [--shards N] [--door keys] [--limits] [--pipeline DIR]',
    options: {
      port: { type: 'string' },
      rate: { type: 'string' },
      traffic: { type: 'boolean' },
      kind: { type: 'string' },
      shards: { type: 'string' },
      door: { type: 'string' },
      keys: { type: 'string' },
      secrets: { type: 'string' },
      limits: { type: 'boolean' },
      origins: { type: 'string' },
      destination: { type: 'string', multiple: true },
      pipeline: { type: 'string' },
      seconds: { type: 'string' },
    },
    help: [
      ['--port N', 'port of page and producer endpoint (default: 8080, or a free one)'],
      ['--rate N', 'sample events a second (default: 20)'],
      ['--no-traffic', 'no sample events: send your own'],
      ['--kind KIND', 'shop, sensor or meter (default: shop)'],
      ['--shards N', 'shards of each stream (default: as serverless.yml says)'],
      ['--door keys', 'producers need a key, as behind `--param door=keys`; one is made and printed (default: open)'],
      ['--keys FILE', 'the list of keys, as the secret holds it: {"keys":[{"id":"a","sha256":"…"}]}'],
      SECRETS,
      ['--limits', 'functions read no faster than Kinesis lets them: 5 reads and 2 MB a second and shard, shared'],
      destinationHere,
      [
        '--origins ORIGIN,…',
        'pages of other servers that may post, as `--param origins` lets them: http://localhost:3000',
      ],
      ['--seconds N', 'stop by itself after N seconds'],
      pipeline,
    ],
    words: [],
    load: async () => (await import('./start.ts')).start,
  },
  {
    name: 'run',
    summary: 'the whole pipeline over files to their end: every destination, late and rejected events, a summary',
    usage:
      'millrace run [--source NAME] --input [TABLE=]FILE… --out DIR [--pipeline DIR] [--shards N] [--faults SEED] [--log kafka] [--now TIME] [--json]',
    options: {
      input: { type: 'string', multiple: true },
      out: { type: 'string' },
      source: { type: 'string' },
      secrets: { type: 'string' },
      pipeline: { type: 'string' },
      shards: { type: 'string' },
      faults: { type: 'string' },
      log: { type: 'string' },
      brokers: { type: 'string' },
      now: { type: 'string' },
      destination: { type: 'string', multiple: true },
      json: { type: 'boolean' },
    },
    help: [
      [
        '--input [TABLE=]FILE',
        'NDJSON, also .gz, - or a pipe: a CloudEvent a line, with TABLE= plain JSON; may repeat',
      ],
      [
        '--source NAME',
        'the files hold what this source of sources.yml delivers: log lines, envelopes, signed requests (docs/sources.md)',
      ],
      SECRETS,
      ['--out DIR', 'TABLE.ndjson for every destination, late.ndjson, rejected.ndjson, summary.json'],
      pipeline,
      ['--shards N', 'shards of each stream (default: 1)'],
      ['--faults SEED', 'crashes, redeliveries, lost answers and reshards, drawn from a seed; the rows stay the same'],
      [
        '--log kafka',
        'the functions on topics of a real Kafka in place of Kinesis; the rows stay the same (docs/kafka.md)',
      ],
      [
        '--brokers HOST:PORT',
        'Kafka brokers of yours, without TLS; several parted by commas (default: one is started, by Java and Maven)',
      ],
      ['--now TIME', 'events later than this + ahead are rejected (ISO 8601; default: the start of the run)'],
      destinationHere,
      ['--json', 'summary.json also on standard output'],
    ],
    words: [],
    load: async () => (await import('./run.ts')).run,
  },
  {
    name: 'check',
    summary: 'compiles the pipeline and prints what it would do, or every mistake in it',
    usage: 'millrace check [--plan QUERY [--svg FILE]] [--pipeline DIR] [--json]',
    options: {
      plan: { type: 'string' },
      svg: { type: 'string' },
      pipeline: { type: 'string' },
      json: { type: 'boolean' },
    },
    help: [
      ['--plan QUERY', 'how one query runs: what it reads, each operator, the type of every column'],
      ['--svg FILE', 'the same as a picture'],
      pipeline,
      json,
    ],
    words: [],
    load: async () => (await import('./check.ts')).check,
  },
  {
    name: 'destinations',
    summary: 'where rows go, and what must stand there before the first one comes',
    usage: 'millrace destinations [--ddl | --migrate | --grants] [--pipeline DIR]',
    options: {
      ddl: { type: 'boolean' },
      migrate: { type: 'boolean' },
      grants: { type: 'boolean' },
      pipeline: { type: 'string' },
    },
    help: [
      ['--ddl', 'prints the SQL of databases and the templates of search engines'],
      [
        '--migrate',
        'runs them; PostgreSQL as PGUSER with PGPASSWORD, OpenSearch with the credentials of the environment',
      ],
      ['--grants', 'what the roles of sinks and sources are allowed, as the plugin adds it to the stack'],
      pipeline,
    ],
    words: [],
    load: async () => (await import('./destinations.ts')).destinations,
  },
  {
    name: 'build',
    summary: 'compiles the pipeline to the module that the functions import',
    usage: 'millrace build [--pipeline DIR] [--out FILE] [--stage STAGE] [--param NAME=VALUE]…',
    options: { pipeline: { type: 'string' }, out: { type: 'string' }, ...deploy },
    help: [
      pipeline,
      ['--out FILE', 'the module (default: .millrace/pipeline.mjs); deploy.json stands beside it'],
      ...deployHelp,
    ],
    words: [],
    load: async () => (await import('./build.ts')).build,
  },
  {
    name: 'plan',
    summary:
      'what a deploy will change: functions, positions, streams, queries and their state; refuses what loses events',
    usage:
      'millrace plan [--stage STAGE] [--param NAME=VALUE]… [--previous FILE] [--accept REASON]… [--record] [--json]',
    options: {
      ...deploy,
      previous: { type: 'string' },
      accept: { type: 'string', multiple: true },
      record: { type: 'boolean' },
      pipeline: { type: 'string' },
      json: { type: 'boolean' },
    },
    help: [
      ...deployHelp,
      ['--previous FILE', 'compare with a saved deploy.json or compiled template; without it the account is asked'],
      ['--accept REASON', 'do not refuse for this reason, as a refusal names it; may repeat'],
      ['--record', 'note in the ledger table that this is deployed (serverless deploy does it)'],
      pipeline,
      json,
    ],
    words: [],
    load: async () => (await import('./plan.ts')).plan,
  },
  {
    name: 'dashboard',
    summary: 'the CloudWatch dashboard and the alarms that a deploy makes: how many, at what price, as a picture',
    usage: 'millrace dashboard [--stage STAGE] [--param NAME=VALUE]… [--out FILE.html] [--cloudformation]',
    options: { ...deploy, out: { type: 'string' }, cloudformation: { type: 'boolean' } },
    help: [
      ...deployHelp,
      ['--out FILE.html', 'the layout of the dashboard as a page'],
      ['--cloudformation', 'the resources as JSON on standard output (serverless deploy takes them)'],
    ],
    words: [],
    load: async () => (await import('./dashboard.ts')).dashboard,
  },
  {
    name: 'topics',
    summary: 'the topics that a deploy with --param log=kafka needs, as commands of kafka-topics.sh',
    usage: 'millrace topics [--stage STAGE] [--param NAME=VALUE]… [--replicas N] [--json]',
    options: { ...deploy, replicas: { type: 'string' }, json: { type: 'boolean' } },
    help: [...deployHelp, ['--replicas N', 'copies of each partition (default: 3)'], json],
    words: [],
    load: async () => (await import('./topics.ts')).topics,
  },
  {
    name: 'sql',
    summary: 'tries one SQL script over NDJSON files, without a pipeline; prints its rows',
    usage: 'millrace sql FILE.sql --data DIR [--strict] [--shards N --shard-column C] [--into TABLE]',
    options: {
      data: { type: 'string' },
      strict: { type: 'boolean' },
      shards: { type: 'string' },
      'shard-column': { type: 'string' },
      into: { type: 'string' },
    },
    help: [
      ['--data DIR', 'DIR/<table>.ndjson feeds the table of that name; <table>.csv or .ndjson answers look-ups'],
      [
        '--strict',
        'the watermark moves after every row, as in a Flink job that sends one for each (default: every 2,000)',
      ],
      ['--shards N', 'shards of each table; a watermark is kept for each (default: 1)'],
      ['--shard-column C', 'the column that says the shard, 0 to N - 1 (default: one row after the other)'],
      ['--into TABLE', 'the rows of this table only; several are told apart as {"table":{…}}'],
    ],
    words: ['FILE.sql'],
    load: async () => (await import('./sql.ts')).sql,
  },
  {
    name: 'cost',
    summary: 'price a month and for a million events, from units counted in a run of the load',
    usage:
      'millrace cost [--events-per-second N] [--bytes B] [--events-per-request N] [--keys N] [--queries N] [--window S] [--shards N] …',
    options: {
      ...deploy,
      'events-per-second': { type: 'string' },
      bytes: { type: 'string' },
      'events-per-request': { type: 'string' },
      keys: { type: 'string' },
      queries: { type: 'string' },
      window: { type: 'string' },
      shards: { type: 'string' },
      'on-demand': { type: 'boolean' },
      prices: { type: 'string' },
      svg: { type: 'string' },
      lines: { type: 'boolean' },
      json: { type: 'boolean' },
    },
    help: [
      ['--events-per-second N', 'without it: idle, 1, 100 and 5,000, each with 1 and 100 events a request'],
      ['--bytes B', 'of one event, from 300 (default: 525)'],
      ['--events-per-request N', 'default: 100'],
      ['--keys N', 'group keys of a query (default: 1000)'],
      ['--queries N', 'queries over the same stream (default: 1)'],
      ['--window S', 'seconds of a window (default: 60)'],
      ['--shards N', 'of each stream (default: as many as the load needs, 70 % full)'],
      ['--on-demand', 'streams on demand'],
      ['--prices FILE', 'your prices in place of those of local/cost/prices.json'],
      ['--svg FILE', 'the curves and where they cross, as a picture'],
      ['--lines', 'every line of the bill'],
      ...deployHelp,
      json,
    ],
    words: [],
    load: async () => (await import('./cost.ts')).cost,
  },
  {
    name: 'schema',
    summary: 'the CREATE TABLE for the events of one type, from its JSON Schema',
    usage: 'millrace schema TYPE --ddl [--pipeline DIR]',
    options: { ddl: { type: 'boolean' }, pipeline: { type: 'string' } },
    help: [['--ddl', 'write CREATE TABLE, with the columns and the watermark that the schema gives'], pipeline],
    words: ['TYPE'],
    load: async () => (await import('./schema-ddl.ts')).schema,
  },
  {
    name: 'flink',
    summary: 'the pipeline as one script for Apache Flink: tables, views, functions, queries',
    usage: 'millrace flink [--pipeline DIR] [--out FILE]',
    options: { pipeline: { type: 'string' }, out: { type: 'string' } },
    help: [pipeline, ['--out FILE', 'where to write it (default: standard output)']],
    words: [],
    load: async () => (await import('./flink.ts')).flink,
  },
  {
    name: 'shards',
    summary: 'the load of each shard and key group, what to do about it, and splitting or merging',
    usage:
      'millrace shards [--stream NAME] [--set N | --split SHARD | --merge SHARD] [--endpoint URL] [--stage STAGE] …',
    options: {
      ...deploy,
      stream: { type: 'string' },
      set: { type: 'string' },
      split: { type: 'string' },
      merge: { type: 'string' },
      seconds: { type: 'string' },
      groups: { type: 'string' },
      endpoint: { type: 'string' },
      json: { type: 'boolean' },
    },
    help: [
      ['--stream NAME', 'raw, validated, enriched, refined (default: all)'],
      ['--set N', 'so many shards of equal width, by steps that Kinesis takes'],
      ['--split SHARD', 'in two, between key groups, where its load is halved'],
      ['--merge SHARD', 'with its neighbour above'],
      ['--seconds N', 'of load that are read (default: 60)'],
      ['--groups N', 'key groups (default: as serverless.yml says for the stage and its parameters)'],
      ['--endpoint URL', 'another Kinesis, such as the one that millrace start prints'],
      ...deployHelp,
      json,
    ],
    words: [],
    load: async () => (await import('./shards.ts')).shards,
  },
  {
    name: 'doctor',
    summary: 'what this machine and the account lack before a deploy: Node, credentials, quotas, names taken',
    usage: 'millrace doctor [--stage STAGE] [--region REGION] [--param NAME=VALUE]… [--pipeline DIR] [--json]',
    options: { ...deploy, pipeline: { type: 'string' }, json: { type: 'boolean' } },
    help: [...deployHelp, pipeline, json],
    words: [],
    load: async () => (await import('./doctor.ts')).doctor,
  },
  {
    name: 'lake',
    summary:
      'the lake: its live files (a list is good for 24 hours), compaction now, every partition in the catalog anew',
    usage:
      'millrace lake files|compact|register [--type TABLE] [--from DAY] [--to DAY] [--view] [--stage STAGE] [--region REGION] [--pipeline DIR] [--json]',
    options: {
      type: { type: 'string' },
      from: { type: 'string' },
      to: { type: 'string' },
      view: { type: 'boolean' },
      stage: deploy.stage,
      region: deploy.region,
      pipeline: { type: 'string' },
      json: { type: 'boolean' },
    },
    help: [
      ['--type TABLE', 'of this table only'],
      ['--from DAY', 'partitions from this day or hour on, UTC: 2026-01-31 or 2026-01-31T09'],
      ['--to DAY', 'up to this one, with it'],
      ['--view', 'files as CREATE VIEW for DuckDB'],
      ['--stage STAGE', 'a deployed stage (default: the pipeline that millrace start runs here)'],
      deployHelp[2],
      pipeline,
      json,
    ],
    words: ['VERB'],
    load: async () => (await import('./lake.ts')).lake,
  },
  {
    name: 'reference',
    summary: 'loads the rows of reference/*.csv into the table of a deployed stage (serverless deploy does it)',
    usage: 'millrace reference --table NAME [--forget REFERENCE] [--region REGION] [--pipeline DIR]',
    options: {
      table: { type: 'string' },
      forget: { type: 'string' },
      region: { type: 'string' },
      pipeline: { type: 'string' },
    },
    help: [
      ['--table NAME', 'the reference table'],
      ['--forget REFERENCE', 'loads nothing: hides what remember kept there before the last of restarts'],
      ['--region REGION', 'its region (default: as the AWS SDK finds it)'],
      pipeline,
    ],
    words: [],
    load: async () => (await import('./reference.ts')).reference,
  },
  {
    name: 'failed',
    summary: 'rejected events: look, repair, send again; each counts once, however often it is sent',
    usage: 'millrace failed ls | show ID | fix ID… | resubmit ID… | discard ID… [--stage STAGE] [--yes] …',
    options: {
      ...side,
      patch: { type: 'string' },
      with: { type: 'string' },
      schema: { type: 'boolean' },
    },
    help: [
      ...sideHelp,
      ['--patch FILE', 'fix: a JSON Patch (RFC 6902) for the payload'],
      ['--with FILE', 'fix: export default (payload, why) => payload, or null to leave an event as it is'],
      ['--schema', 'fix: the schema, the source or the query is repaired; judge the same bytes by the present build'],
    ],
    words: ['ls|show|fix|resubmit|discard', 'ID…'],
    load: async () => (await import('./failed.ts')).failed,
  },
  {
    name: 'late',
    summary: 'late events: look, and send again those that their query would take now',
    usage: 'millrace late ls | show ID | resubmit ID… | discard ID… [--stage STAGE] [--yes] …',
    options: side,
    help: sideHelp,
    words: ['ls|show|resubmit|discard', 'ID…'],
    load: async () => (await import('./failed.ts')).late,
  },
  {
    name: 'invoke',
    summary: 'one function on one sample event, on fresh local services',
    usage: 'millrace invoke FUNCTION --event FILE [--stage STAGE] [--param NAME=VALUE]… [--pipeline DIR]',
    options: {
      event: { type: 'string' },
      secrets: { type: 'string' },
      pipeline: { type: 'string' },
      stage: deploy.stage,
      param: deploy.param,
    },
    help: [
      ['--event FILE', 'the event as Lambda gets it, JSON; - reads standard input; events/ has one for each function'],
      SECRETS,
      deployHelp[0],
      deployHelp[1],
      pipeline,
    ],
    words: ['FUNCTION'],
    load: async () => (await import('./invoke.ts')).invoke,
  },
  {
    name: 'tail',
    summary: 'lines of log files, as they are written, to the pipeline; through rotations and restarts',
    usage:
      'millrace tail FILE… [--to URL|STREAM] [--source NAME] [--from-start] [--once] [--begins PATTERN] [--state FILE] [--pipeline DIR]',
    options: {
      to: { type: 'string' },
      source: { type: 'string' },
      'from-start': { type: 'boolean' },
      once: { type: 'boolean' },
      begins: { type: 'string' },
      longest: { type: 'string' },
      state: { type: 'string' },
      pipeline: { type: 'string' },
    },
    help: [
      [
        '--to URL|STREAM',
        'the HTTP API (MILLRACE_KEY or MILLRACE_TOKEN opens it) or a Kinesis stream (default: http://127.0.0.1:8080)',
      ],
      ['--source NAME', 'of sources.yml, with the adapter `agent`: how its lines read (default: the only one)'],
      ['--from-start', 'files that are seen for the first time from their beginning (default: from their end)'],
      ['--once', 'from the beginning, or where it came to, to the end; then it stops'],
      ['--begins PATTERN', 'a regular expression: lines that do not match it belong to the line before'],
      ['--longest BYTES', 'longer lines come in pieces (default: 262144)'],
      ['--state FILE', 'where reading goes on after a restart (default: .millrace/tail.json)'],
      pipeline,
    ],
    words: ['FILE', 'FILE…'],
    load: async () => (await import('./tail.ts')).tail,
  },
  {
    name: 'generate',
    summary: 'seeded sample traffic, one event a line: same seed, same bytes',
    usage: 'millrace generate --kind shop|sensor|meter [--seed N] [--events N] [--disorder 5s] [--duplicates 0.01] …',
    options: {
      kind: { type: 'string' },
      seed: { type: 'string' },
      events: { type: 'string' },
      disorder: { type: 'string' },
      duplicates: { type: 'string' },
      malformed: { type: 'string' },
      skew: { type: 'string' },
      rate: { type: 'string' },
    },
    help: [
      ['--kind KIND', 'shop, sensor or meter (default: shop)'],
      ['--seed N', 'default: 1'],
      ['--events N', 'default: 1000'],
      ['--disorder TIME', 'how far event times fall behind, at most'],
      ['--duplicates SHARE', 'share of events sent twice, 0 to 1'],
      ['--malformed SHARE', 'share of lines that no schema takes, 0 to 1'],
      ['--skew S', 'exponent of the Zipf law of keys'],
      ['--rate N', 'events a second of event time'],
    ],
    words: [],
    load: async () => (await import('./generate.ts')).generate,
  },
];
