// Rows out of a stage.
import type { Command } from './command.ts';
import { deploy, deployHelp, pipeline } from './common.ts';

export const EXPORT: readonly Command[] = [
  {
    name: 'export',
    summary: 'the closed windows of a query as a file: of each key the newest revision, of the run that readers see',
    usage:
      'millrace export QUERY [--from TIME] [--to TIME] [--format ndjson|csv|parquet] [--out FILE] [--stage STAGE] [--region REGION] [--pipeline DIR]',
    options: {
      from: { type: 'string' },
      to: { type: 'string' },
      format: { type: 'string' },
      out: { type: 'string' },
      stage: deploy.stage,
      region: deploy.region,
      pipeline: { type: 'string' },
    },
    help: [
      ['--from TIME', 'windows that begin from then on, in event time (default: all)'],
      ['--to TIME', 'windows that begin before'],
      ['--format FORMAT', 'ndjson, csv or parquet (default: ndjson)'],
      ['--out FILE', 'where to write it (default: standard output)'],
      ['--stage STAGE', 'a deployed stage (default: the pipeline that millrace start runs here)'],
      deployHelp[2],
      pipeline,
    ],
    words: ['QUERY'],
    load: async () => (await import('../export.ts')).exportQuery,
  },
];
