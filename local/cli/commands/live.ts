// What runs the whole pipeline on this machine.
import type { Command } from './command.ts';
import { destinationHere, pipeline, SECRETS } from './common.ts';

export const LIVE: readonly Command[] = [
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
    load: async () => (await import('../start.ts')).start,
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
    load: async () => (await import('../run.ts')).run,
  },
];
