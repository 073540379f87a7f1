// The state of a stage.
import type { Command } from './command.ts';
import { deploy, deployHelp, json } from './common.ts';

export const STATE: readonly Command[] = [
  {
    name: 'snapshot',
    summary: 'the state of a stage as one object in its bucket',
    usage: 'millrace snapshot [--stage STAGE] [--region REGION] [--json]',
    options: { stage: deploy.stage, region: deploy.region, json: { type: 'boolean' } },
    help: [
      ['--stage STAGE', 'a deployed stage (default: the pipeline that millrace start runs here)'],
      deployHelp[2],
      json,
    ],
    words: [],
    load: async () => (await import('../restore.ts')).snapshot,
  },
  {
    name: 'restore',
    summary: 'an earlier state of a stage in a new table, made fit to go on from',
    usage:
      'millrace restore --from SNAPSHOT|--from-table TABLE --table NEW [--lost] [--stage STAGE] [--region REGION] [--json]',
    options: {
      from: { type: 'string' },
      'from-table': { type: 'string' },
      table: { type: 'string' },
      lost: { type: 'boolean' },
      stage: deploy.stage,
      region: deploy.region,
      json: { type: 'boolean' },
    },
    help: [
      ['--from SNAPSHOT', 'what millrace snapshot printed'],
      ['--from-table TABLE', 'a table as of an earlier time, as DynamoDB restores it'],
      ['--table NEW', 'the table to be made'],
      [
        '--lost',
        'the table in use is gone: without its claims, so ids that were sent twice since then may count twice',
      ],
      ['--stage STAGE', 'a deployed stage (default: the pipeline that millrace start runs here)'],
      deployHelp[2],
      json,
    ],
    words: [],
    load: async () => (await import('../restore.ts')).restore,
  },
];
