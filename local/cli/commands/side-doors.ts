// What left by a side door.
import type { Command, Options } from './command.ts';
import { json } from './common.ts';

/** Of the commands for what left by a side door. */
const side = {
  stage: { type: 'string' },
  region: { type: 'string' },
  pipeline: { type: 'string' },
  'stage-of': { type: 'string' },
  rule: { type: 'string' },
  query: { type: 'string' },
  source: { type: 'string' },
  type: { type: 'string' },
  state: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  all: { type: 'boolean' },
  limit: { type: 'string' },
  reason: { type: 'string' },
  by: { type: 'string' },
  yes: { type: 'boolean' },
  json: { type: 'boolean' },
} as const satisfies Options;
const sideHelp = [
  ['--stage STAGE', 'a deployed stage (default: the pipeline that millrace start runs here)'],
  ['--region REGION', 'its region (default: as serverless.yml says)'],
  ['--pipeline DIR', 'the folder of the present build (default: pipeline, here the one that was started)'],
  ['--stage-of NAME', 'which: those of one function, such as validate or enrich'],
  ['--rule RULE', 'which: those of one rule, such as schema.mismatch'],
  ['--query NAME', 'which: those of one query'],
  ['--source SOURCE', 'which: events that name this source'],
  ['--type TYPE', 'which: events of this type'],
  ['--state STATE', 'which: open, fixed, resubmitted or discarded'],
  ['--from TIME', 'which: arrived from then on (ISO 8601)'],
  ['--to TIME', 'which: arrived before'],
  ['--all', 'all of them'],
  ['--limit N', 'rows that are shown (default: 20)'],
  ['--reason TEXT', 'discard: why'],
  ['--by NAME', 'who does it (default: the name of your account here)'],
  ['--yes', 'fix, resubmit: do it; without it they say what they would do'],
  json,
] as const;

export const SIDE_DOORS: readonly Command[] = [
  {
    name: 'failed',
    summary: 'rejected events: look, repair, send again; each counts once, however often it is sent',
    usage: 'millrace failed ls | show ID | fix ID… | resubmit ID… | discard ID… [--stage STAGE] [--yes] …',
    options: {
      ...side,
      patch: { type: 'string' },
      with: { type: 'string' },
      schema: { type: 'boolean' },
    },
    help: [
      ...sideHelp,
      ['--patch FILE', 'fix: a JSON Patch (RFC 6902) for the payload'],
      ['--with FILE', 'fix: export default (payload, why) => payload, or null to leave an event as it is'],
      ['--schema', 'fix: the schema, the source or the query is repaired; judge the same bytes by the present build'],
    ],
    words: ['ls|show|fix|resubmit|discard', 'ID…'],
    load: async () => (await import('../failed.ts')).failed,
  },
  {
    name: 'late',
    summary: 'late events: look, and send again those that their query would take now',
    usage: 'millrace late ls | show ID | resubmit ID… | discard ID… [--stage STAGE] [--yes] …',
    options: side,
    help: sideHelp,
    words: ['ls|show|resubmit|discard', 'ID…'],
    load: async () => (await import('../failed.ts')).late,
  },
];
