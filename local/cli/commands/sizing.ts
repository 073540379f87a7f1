// Streams and account.
import type { Command } from './command.ts';
import { deploy, deployHelp, json, pipeline } from './common.ts';

export const SIZING: readonly Command[] = [
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
    load: async () => (await import('../shards.ts')).shards,
  },
  {
    name: 'doctor',
    summary: 'what this machine and the account lack before a deploy: Node, credentials, quotas, names taken',
    usage: 'millrace doctor [--stage STAGE] [--region REGION] [--param NAME=VALUE]… [--pipeline DIR] [--json]',
    options: { ...deploy, pipeline: { type: 'string' }, json: { type: 'boolean' } },
    help: [...deployHelp, pipeline, json],
    words: [],
    load: async () => (await import('../doctor.ts')).doctor,
  },
];
