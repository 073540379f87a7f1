// Are the rows right, what is open, where did an event go.
import type { Command } from './command.ts';
import { deploy, deployHelp, json, pipeline } from './common.ts';

export const ASKING: readonly Command[] = [
  {
    name: 'verify',
    summary:
      'closed windows of a query once more, from the archive by a second path, compared row by row with its table',
    usage:
      'millrace verify QUERY | --sample [--from TIME] [--to TIME] [--repair] [--stage STAGE] [--region REGION] [--pipeline DIR] [--json]',
    options: {
      from: { type: 'string' },
      to: { type: 'string' },
      repair: { type: 'boolean' },
      sample: { type: 'boolean' },
      stage: deploy.stage,
      region: deploy.region,
      pipeline: { type: 'string' },
      json: { type: 'boolean' },
    },
    help: [
      ['--from TIME', 'windows that begin from then on, in event time (default: a day before --to)'],
      ['--to TIME', 'windows that begin before (default: now)'],
      ['--repair', 'write what must stand there; a later decision of the pipeline takes its place'],
      [
        '--sample',
        'what the function verify-sample does once a day: some windows of every query, drawn from the day before',
      ],
      ['--stage STAGE', 'a deployed stage (default: the pipeline that millrace start runs here)'],
      deployHelp[2],
      pipeline,
      json,
    ],
    words: ['QUERY…'],
    load: async () => (await import('../verify.ts')).verify,
  },
  {
    name: 'inspect',
    summary: 'ledgers, open windows and their keys, the watermark of each query and what holds it back',
    usage: 'millrace inspect [--stage STAGE] [--region REGION] [--pipeline DIR] [--json]',
    options: {
      stage: deploy.stage,
      region: deploy.region,
      pipeline: { type: 'string' },
      json: { type: 'boolean' },
    },
    help: [
      ['--stage STAGE', 'a deployed stage (default: the pipeline that millrace start runs here)'],
      deployHelp[2],
      pipeline,
      json,
    ],
    words: [],
    load: async () => (await import('../inspect.ts')).inspect,
  },
  {
    name: 'trace',
    summary:
      'where one event went: places, times, verdicts, the windows that it counted in, the rows that it is part of',
    usage:
      'millrace trace ID|SHARD:SEQUENCE:INDEX [--around TIME | --from TIME --to TIME] [--stage STAGE] [--region REGION] [--pipeline DIR] [--json]',
    options: {
      around: { type: 'string' },
      from: { type: 'string' },
      to: { type: 'string' },
      stage: deploy.stage,
      region: deploy.region,
      pipeline: { type: 'string' },
      json: { type: 'boolean' },
    },
    help: [
      ['--around TIME', 'it arrived within an hour of it'],
      ['--from TIME', 'it arrived from then on (default: a day before --to)'],
      ['--to TIME', 'it arrived before (default: now)'],
      ['--stage STAGE', 'a deployed stage (default: the pipeline that millrace start runs here)'],
      deployHelp[2],
      pipeline,
      json,
    ],
    words: ['ID'],
    load: async () => (await import('../trace.ts')).trace,
  },
];
