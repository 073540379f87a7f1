// What a compiled pipeline would do, in words.
import type { Enrichment } from '../../shared/pipeline.ts';
import type { Query, TablePlan } from '../../shared/query/plan.ts';
import { inputsOf } from '../../shared/query/sides.ts';
import type { SqlType } from '../../shared/query/types.ts';
import type { Compilation } from './compile-pipeline.ts';
import { byStream, type Consumer, MOST_SHARED } from './consumers.ts';
import { showDuration } from './duration.ts';

/** A heading with its rows of cells. */
export type Section = { readonly title: string; readonly rows: readonly (readonly string[])[] };

const typeName = (type: SqlType): string => {
  switch (type.kind) {
    case 'DECIMAL':
      return `DECIMAL(${type.precision}, ${type.scale})`;
    case 'ARRAY':
      return `ARRAY<${typeName(type.element)}>`;
    case 'MAP':
      return `MAP<${typeName(type.key)}, ${typeName(type.value)}>`;
    case 'ROW':
      return `ROW<${type.fields.map((f) => `${f.name} ${typeName(f.type)}`).join(', ')}>`;
    default:
      return type.kind;
  }
};

const window = (query: Query): string => {
  if (query.kind === 'stateless') return 'event by event';
  if (query.kind === 'interval') return `pairs up to ${showDuration(Math.max(-query.low, query.high))} apart`;
  if (query.kind === 'running') return `as it goes, each key kept ${showDuration(query.ttl)}`;
  const { window: w } = query;
  switch (w.kind) {
    case 'tumble':
      return `each ${showDuration(w.size)}`;
    case 'hop':
      return `each ${showDuration(w.slide)} over ${showDuration(w.size)}`;
    case 'cumulate':
      return `each ${showDuration(w.step)} up to ${showDuration(w.size)}`;
    case 'session':
      return `sessions, gap ${showDuration(w.gap)}`;
  }
};

const waits = (query: Query): string => {
  if (query.kind === 'stateless') return 'at once';
  if (query.kind === 'running' && query.emit === 'updates') return 'at once';
  if (query.kind === 'running' || query.kind === 'interval')
    return `sent ${showDuration(query.delay)} of event time after its rows`;
  const revised =
    query.kind === 'window' && query.lateness > 0 ? `, revised for ${showDuration(query.lateness)} more` : '';
  return `closes ${showDuration(query.delay)} of event time after its end${revised}`;
};

const destination = (table: TablePlan): string => {
  const key = table.primaryKey.length > 0 ? `, one row per (${table.primaryKey.join(', ')})` : '';
  switch (table.connector) {
    case 'dynamodb':
      return `DynamoDB${key}`;
    case 'filesystem':
      return `lake, Parquet in S3${key}`;
    case 'kinesis':
      return `topic on refined${key}`;
    case 'jdbc':
      return `PostgreSQL${key}`;
    case 'redshift':
      return `Redshift${key}`;
    case 'opensearch-2':
      return `OpenSearch${key}`;
    case 'eventbridge':
      return `event bus ${table.options.bus}`;
    case 'sns':
      return `topic ${table.options['topic-arn']}`;
    case 'sqs':
      return `queue ${table.options['queue-url']}`;
    case 'firehose':
      return `delivery stream ${table.options['delivery-stream']}`;
    case 'http-sink':
      return `webhook ${table.options.url}`;
    case 'kafka':
    case 'upsert-kafka':
      return `Kafka topic ${table.options.topic}${key}`;
    default:
      return table.connector satisfies never;
  }
};

const enrichment = (e: Enrichment): string => {
  switch (e.kind) {
    case 'geo':
      return `place of the address in ${e.ip.join('.')}`;
    case 'agent':
      return `browser and system from ${e.agent.join('.')}`;
    case 'reference':
      return `row of ${e.table} for ${e.key.join('.')}, kept ${showDuration(e.ttl)}`;
    case 'pure':
      return 'own function';
  }
};

const columns = (table: TablePlan): string => table.columns.map((c) => `${c.name} ${typeName(c.type)}`).join(', ');

/** Everything worth knowing before a deploy: sources, enrichments, queries, destinations, streams and who reads them. */
export const describe = (compiled: Compilation, consumers: readonly Consumer[]): readonly Section[] => {
  const { tables, queries } = compiled.plan;
  const written = new Set(queries.map((q) => q.into));
  return [
    {
      title: 'Event types',
      rows: tables
        .filter((t) => t.types.length > 0)
        .map((t) => [
          t.name,
          t.types.join(', '),
          t.watermark === null
            ? 'no event time'
            : `event time ${t.watermark.column}, up to ${showDuration(t.watermark.delay)} behind, at most ${showDuration(t.ahead)} ahead`,
        ]),
    },
    {
      title: 'Checked by parsing, at two to three times the CPU of a scan',
      rows: compiled.slow.map(({ type, at }) => [type, `schemas/${type}.json ${at} is beyond the scan of bytes`]),
    },
    {
      title: 'Sources',
      rows: compiled.sources.map((s) => [
        s.name,
        s.types.length === 0 ? 'any type' : s.types.join(', '),
        `${s.adapter}, transport ${showDuration(s.transport)}${s.ticks ? '' : ', no ticks'}`,
        s.deduplicate === null ? 'duplicates pass' : `one event per id in ${showDuration(s.deduplicate)}`,
      ]),
    },
    {
      title: 'Enrichments',
      rows: compiled.enrichments.map(({ enrichment: e }) => [e.on.join(', '), `data.${e.as}`, enrichment(e)]),
    },
    {
      title: 'Reference tables',
      rows: compiled.references.map((r) => {
        const rows = r.rows.length > 0 || r.filledBy === undefined ? [`${r.rows.length} rows`] : [];
        return [
          r.name,
          [...rows, ...(r.filledBy ? [`changes of ${r.filledBy}`] : [])].join(', then '),
          r.columns.join(', '),
        ];
      }),
    },
    {
      title: 'Functions',
      rows: compiled.plan.functions.map((fn) => [
        fn.name,
        `(${fn.takes.map(typeName).join(', ')}) gives ${typeName(fn.gives)}`,
        `${fn.export} of functions/${fn.file}`,
        fn.flink === null ? 'no class for Flink' : `on Flink ${fn.flink}`,
      ]),
    },
    {
      title: 'Queries',
      rows: queries.map((q) => [
        q.name,
        `from ${[...new Set(inputsOf(q).map((i) => i.table))].join(', ')}`,
        window(q),
        waits(q),
        `into ${q.into}`,
      ]),
    },
    {
      title: 'Destinations',
      rows: tables.filter((t) => written.has(t.name)).map((t) => [t.name, destination(t), columns(t)]),
    },
    {
      title: 'Streams',
      rows: [...byStream(consumers)].map(([stream, readers]) => [
        stream,
        `read by ${readers.map((r) => `${r.function}${r.enhanced ? ' (enhanced)' : ''}`).join(', ')}`,
        `${readers.filter((r) => !r.enhanced).length} of ${MOST_SHARED} shared consumers`,
      ]),
    },
  ];
};

/** Sections as aligned text; the last cell of a row may be long. */
export const showSections = (sections: readonly Section[], heading: (text: string) => string): string =>
  sections
    .filter((s) => s.rows.length > 0)
    .map(({ title, rows }) => {
      const widths = rows.reduce<number[]>((w, row) => row.map((cell, i) => Math.max(w[i] ?? 0, cell.length)), []);
      const lines = rows.map((row) => `  ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')}`.trimEnd());
      return [heading(title), ...lines].join('\n');
    })
    .join('\n\n');
