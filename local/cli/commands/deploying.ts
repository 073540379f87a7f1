// Before a deploy, and beside it.
import type { Command } from './command.ts';
import { deploy, deployHelp, json, pipeline } from './common.ts';

export const DEPLOYING: readonly Command[] = [
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
    load: async () => (await import('../plan.ts')).plan,
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
    load: async () => (await import('../dashboard.ts')).dashboard,
  },
  {
    name: 'topics',
    summary: 'the topics that a deploy with --param log=kafka needs, as commands of kafka-topics.sh',
    usage: 'millrace topics [--stage STAGE] [--param NAME=VALUE]… [--replicas N] [--json]',
    options: { ...deploy, replicas: { type: 'string' }, json: { type: 'boolean' } },
    help: [...deployHelp, ['--replicas N', 'copies of each partition (default: 3)'], json],
    words: [],
    load: async () => (await import('../topics.ts')).topics,
  },
];
