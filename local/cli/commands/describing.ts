// Scripts that are made from the pipeline’s folder.
import type { Command } from './command.ts';
import { pipeline } from './common.ts';

export const DESCRIBING: readonly Command[] = [
  {
    name: 'schema',
    summary: 'the CREATE TABLE for the events of one type, from its JSON Schema',
    usage: 'millrace schema TYPE --ddl [--pipeline DIR]',
    options: { ddl: { type: 'boolean' }, pipeline: { type: 'string' } },
    help: [['--ddl', 'write CREATE TABLE, with the columns and the watermark that the schema gives'], pipeline],
    words: ['TYPE'],
    load: async () => (await import('../schema-ddl.ts')).schema,
  },
  {
    name: 'flink',
    summary: 'the pipeline as one script for Apache Flink: tables, views, functions, queries',
    usage: 'millrace flink [--pipeline DIR] [--out FILE]',
    options: { pipeline: { type: 'string' }, out: { type: 'string' } },
    help: [pipeline, ['--out FILE', 'where to write it (default: standard output)']],
    words: [],
    load: async () => (await import('../flink.ts')).flink,
  },
];
