// A stage held, and taken up again.
import type { Command, Options } from './command.ts';
import { deploy, deployHelp, json, pipeline } from './common.ts';

const options = {
  stage: deploy.stage,
  region: deploy.region,
  json: { type: 'boolean' },
} as const satisfies Options;
const help = [
  ['--stage STAGE', 'a deployed stage (default: the pipeline that millrace start runs here)'],
  deployHelp[2],
] as const;

export const HOLD: readonly Command[] = [
  {
    name: 'pause',
    summary: 'holds a stage, or some of its functions, without loss; says how long it may last',
    usage: 'millrace pause [FUNCTION…] [--stage STAGE] [--region REGION] [--json]',
    options,
    help: [...help, json],
    words: ['FUNCTION…'],
    load: async () => (await import('../pause.ts')).pause,
  },
  {
    name: 'resume',
    summary: 'goes on with what was paused or drained, from the positions at which it stood',
    usage: 'millrace resume [FUNCTION…] [--grace TIME] [--stage STAGE] [--region REGION] [--json]',
    options: { ...options, grace: { type: 'string' } },
    help: [
      ['--grace TIME', 'after a drain: windows go on so long after the endpoint has opened (default: 2m)'],
      ...help,
      json,
    ],
    words: ['FUNCTION…'],
    load: async () => (await import('../pause.ts')).resume,
  },
  {
    name: 'drain',
    summary: 'closes the endpoint, works off what came, closes the windows that can close, then holds the stage',
    usage: 'millrace drain [--within TIME] [--stage STAGE] [--region REGION] [--pipeline DIR] [--json]',
    options: { ...options, within: { type: 'string' }, pipeline: { type: 'string' } },
    help: [['--within TIME', 'gives up after so long; the next call goes on (default: 15m)'], ...help, pipeline, json],
    words: [],
    load: async () => (await import('../pause.ts')).drain,
  },
];
