// What a query says, and what a load costs.
import type { Command } from './command.ts';
import { deploy, deployHelp, json } from './common.ts';

export const TRYING: readonly Command[] = [
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
    load: async () => (await import('../sql.ts')).sql,
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
    load: async () => (await import('../cost.ts')).cost,
  },
];
