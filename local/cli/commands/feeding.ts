// Events by hand: one to a function, lines of files, samples.
import type { Command } from './command.ts';
import { deploy, deployHelp, pipeline, SECRETS } from './common.ts';

export const FEEDING: readonly Command[] = [
  {
    name: 'invoke',
    summary: 'one function on one sample event, on fresh local services',
    usage: 'millrace invoke FUNCTION --event FILE [--stage STAGE] [--param NAME=VALUE]… [--pipeline DIR]',
    options: {
      event: { type: 'string' },
      secrets: { type: 'string' },
      pipeline: { type: 'string' },
      stage: deploy.stage,
      param: deploy.param,
    },
    help: [
      ['--event FILE', 'the event as Lambda gets it, JSON; - reads standard input; events/ has one for each function'],
      SECRETS,
      deployHelp[0],
      deployHelp[1],
      pipeline,
    ],
    words: ['FUNCTION'],
    load: async () => (await import('../invoke.ts')).invoke,
  },
  {
    name: 'tail',
    summary: 'lines of log files, as they are written, to the pipeline; through rotations and restarts',
    usage:
      'millrace tail FILE… [--to URL|STREAM] [--source NAME] [--from-start] [--once] [--begins PATTERN] [--state FILE] [--pipeline DIR]',
    options: {
      to: { type: 'string' },
      source: { type: 'string' },
      'from-start': { type: 'boolean' },
      once: { type: 'boolean' },
      begins: { type: 'string' },
      longest: { type: 'string' },
      state: { type: 'string' },
      pipeline: { type: 'string' },
    },
    help: [
      [
        '--to URL|STREAM',
        'the HTTP API (MILLRACE_KEY or MILLRACE_TOKEN opens it) or a Kinesis stream (default: http://127.0.0.1:8080)',
      ],
      ['--source NAME', 'of sources.yml, with the adapter `agent`: how its lines read (default: the only one)'],
      ['--from-start', 'files that are seen for the first time from their beginning (default: from their end)'],
      ['--once', 'from the beginning, or where it came to, to the end; then it stops'],
      ['--begins PATTERN', 'a regular expression: lines that do not match it belong to the line before'],
      ['--longest BYTES', 'longer lines come in pieces (default: 262144)'],
      ['--state FILE', 'where reading goes on after a restart (default: .millrace/tail.json)'],
      pipeline,
    ],
    words: ['FILE', 'FILE…'],
    load: async () => (await import('../tail.ts')).tail,
  },
  {
    name: 'generate',
    summary: 'seeded sample traffic, one event a line: same seed, same bytes',
    usage: 'millrace generate --kind shop|sensor|meter [--seed N] [--events N] [--disorder 5s] [--duplicates 0.01] …',
    options: {
      kind: { type: 'string' },
      seed: { type: 'string' },
      events: { type: 'string' },
      disorder: { type: 'string' },
      duplicates: { type: 'string' },
      malformed: { type: 'string' },
      skew: { type: 'string' },
      rate: { type: 'string' },
    },
    help: [
      ['--kind KIND', 'shop, sensor or meter (default: shop)'],
      ['--seed N', 'default: 1'],
      ['--events N', 'default: 1000'],
      ['--disorder TIME', 'how far event times fall behind, at most'],
      ['--duplicates SHARE', 'share of events sent twice, 0 to 1'],
      ['--malformed SHARE', 'share of lines that no schema takes, 0 to 1'],
      ['--skew S', 'exponent of the Zipf law of keys'],
      ['--rate N', 'events a second of event time'],
    ],
    words: [],
    load: async () => (await import('../generate.ts')).generate,
  },
];
