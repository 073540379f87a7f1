// What lies in the lake and in the reference table.
import type { Command } from './command.ts';
import { deploy, deployHelp, json, pipeline } from './common.ts';

export const STORED: readonly Command[] = [
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
    load: async () => (await import('../lake.ts')).lake,
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
    load: async () => (await import('../reference.ts')).reference,
  },
];
