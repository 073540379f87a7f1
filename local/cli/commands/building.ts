// From the pipeline’s folder to what a deploy takes.
import type { Command } from './command.ts';
import { deploy, deployHelp, json, pipeline } from './common.ts';

export const BUILDING: readonly Command[] = [
  {
    name: 'check',
    summary: 'compiles the pipeline and prints what it would do, or every mistake in it',
    usage: 'millrace check [--plan QUERY [--svg FILE]] [--pipeline DIR] [--json]',
    options: {
      plan: { type: 'string' },
      svg: { type: 'string' },
      pipeline: { type: 'string' },
      json: { type: 'boolean' },
    },
    help: [
      ['--plan QUERY', 'how one query runs: what it reads, each operator, the type of every column'],
      ['--svg FILE', 'the same as a picture'],
      pipeline,
      json,
    ],
    words: [],
    load: async () => (await import('../check.ts')).check,
  },
  {
    name: 'destinations',
    summary: 'where rows go, and what must stand there before the first one comes',
    usage: 'millrace destinations [--ddl | --migrate | --grants] [--pipeline DIR]',
    options: {
      ddl: { type: 'boolean' },
      migrate: { type: 'boolean' },
      grants: { type: 'boolean' },
      pipeline: { type: 'string' },
    },
    help: [
      ['--ddl', 'prints the SQL of databases and the templates of search engines'],
      [
        '--migrate',
        'runs them; PostgreSQL as PGUSER with PGPASSWORD, Redshift by the secret REDSHIFT_SECRET, OpenSearch with the credentials of the environment',
      ],
      ['--grants', 'what the roles of sinks and sources are allowed, as the plugin adds it to the stack'],
      pipeline,
    ],
    words: [],
    load: async () => (await import('../destinations.ts')).destinations,
  },
  {
    name: 'build',
    summary: 'compiles the pipeline to the module that the functions import',
    usage: 'millrace build [--pipeline DIR] [--out FILE] [--stage STAGE] [--param NAME=VALUE]…',
    options: { pipeline: { type: 'string' }, out: { type: 'string' }, ...deploy },
    help: [
      pipeline,
      ['--out FILE', 'the module (default: .millrace/pipeline.mjs); deploy.json stands beside it'],
      ...deployHelp,
    ],
    words: [],
    load: async () => (await import('../build.ts')).build,
  },
];
