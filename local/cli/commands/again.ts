// History again.
import type { Command } from './command.ts';
import { deploy, deployHelp, json, pipeline } from './common.ts';

export const AGAIN: readonly Command[] = [
  {
    name: 'replay',
    summary:
      'history again, in order, into a new run of a query beside the old one; then readers are switched in one step',
    usage:
      'millrace replay --into QUERY[@VERSION] [--from TIME] [--to TIME] | --status | --pause|--resume|--switch|--back|--cancel|--forget RUN [--stage STAGE] [--param NAME=VALUE] [--yes]',
    options: {
      into: { type: 'string' },
      from: { type: 'string' },
      to: { type: 'string' },
      rate: { type: 'string' },
      detach: { type: 'boolean' },
      status: { type: 'boolean' },
      pause: { type: 'string' },
      resume: { type: 'string' },
      switch: { type: 'string' },
      back: { type: 'string' },
      cancel: { type: 'string' },
      forget: { type: 'string' },
      pipeline: { type: 'string' },
      stage: deploy.stage,
      region: deploy.region,
      param: deploy.param,
      yes: { type: 'boolean' },
      json: { type: 'boolean' },
    },
    help: [
      ['--into QUERY[@VERSION]', 'the query as the pipeline folder has it now; @VERSION refuses another one'],
      ['--from TIME', 'records that arrived from here on (default: all that was archived, which alone is exact)'],
      ['--to TIME', 'records that arrived before; without it the run catches up with live traffic and goes on'],
      ['--rate N', 'records a second, at most (default: as live traffic leaves room)'],
      ['--detach', 'do not wait for the end'],
      ['--status', 'all replays: how far, how fast, whom readers see'],
      ['--pause RUN', 'stops the feeding; nothing is lost'],
      ['--resume RUN', 'goes on where it stood'],
      [
        '--switch RUN',
        'readers of the results table see the new run, from one write on; waits until it has closed what the old one had',
      ],
      ['--back RUN', 'readers see the rows of before again'],
      ['--cancel RUN', 'removes all that the run wrote; twice changes nothing'],
      ['--forget RUN', 'the same of a run that is over: readers were switched to another, or it came to --to'],
      pipeline,
      ['--stage STAGE', 'a deployed stage (default: the pipeline that millrace start runs here)'],
      deployHelp[2],
      ['--yes', 'on a deployed stage: what was shown, with its price, is deployed (default: shown only)'],
      [
        '--param NAME=VALUE',
        'on a deployed stage: a parameter of the second run, such as memory or shards; may come again',
      ],
      json,
    ],
    words: [],
    load: async () => (await import('../replay.ts')).replay,
  },
];
