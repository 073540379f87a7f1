// Where an event went, as text.
import type { EpochMs } from '../../shared/time.ts';
import { instant, plural, table } from '../failed/show.ts';
import type { Fate, InWindow } from './fates.ts';
import type { SideRow } from './side-rows.ts';
import type { Copy, Traced } from './trace.ts';

const time = (at: EpochMs): string => new Date(at).toISOString().replace('T', ' ').slice(0, -1);
/** Sequence numbers are long: as `ingest` gave them, without the zeros that pad them. */
const place = (shard: string, position: string): string => {
  const [seq = '', index = ''] = position.split('.');
  return `${shard} ${seq.replace(/^0+(?=.)/, '')}.${index}`;
};
const DESTINATIONS: Readonly<Record<Fate['connector'], string>> = {
  dynamodb: 'results table',
  kinesis: 'topic on refined: rows for as long as the stream keeps them',
  filesystem: 'lake',
  jdbc: 'PostgreSQL',
  redshift: 'Redshift',
  'opensearch-2': 'OpenSearch',
  eventbridge: 'EventBridge',
  sns: 'SNS',
  sqs: 'SQS',
  firehose: 'Firehose',
  'http-sink': 'webhook',
  kafka: 'Kafka topic',
  'upsert-kafka': 'Kafka topic',
};

const windowLine = (w: InWindow, connector: Fate['connector']): string => {
  const span = `  ${instant(w.start)} to ${instant(w.end).slice(11)}`;
  if (w.verdict === 'late') return `${span}  late: it was closed`;
  const state = w.closed ? 'counted, closed' : 'counted, still open';
  if (connector !== 'dynamodb') return `${span}  ${state}`;
  if (w.row === null) return `${span}  ${state}${w.closed ? ', and no row stands there' : ''}`;
  return `${span}  ${state}\n    ${w.row.pk} version ${w.row.version.split('.')[0]?.replace(/^0+(?=.)/, '')}\n    ${w.row.text}`;
};

const fateLines = (f: Fate): readonly string[] => {
  const to = `${f.query} -> ${f.into} (${DESTINATIONS[f.connector]}${f.run === undefined ? '' : `, of ${f.run}`})`;
  switch (f.verdict) {
    case 'filtered':
      return [`${f.query}: left out by its WHERE`];
    case 'threw':
      return [`${f.query}: rejected: ${f.cause}`];
    case 'passed':
      return [`${to}: passed`];
    case 'not told':
      return [`${to}: read it; its rows hang on other events too, and cannot be told from this one`];
    case 'windows':
      return [
        `${to}${f.watermark === null ? '' : `, watermark ${time(f.watermark)}`}`,
        ...f.windows.map((w) => windowLine(w, f.connector)),
      ];
    default:
      return f.verdict satisfies never;
  }
};

const copyLines = (c: Copy): readonly string[] => {
  const { event } = c;
  return [
    table([
      ['event', `${event.id}, ${event.type} of ${event.source}`],
      ...(c.again === null
        ? []
        : [['first came', `${place(c.again.shard, c.again.position)}, ${time(c.again.arrival)}`]]),
      [c.again === null ? 'raw' : 'sent again', `${place(c.shard, c.position)}, arrived ${time(c.arrival)}`],
      [
        'validate',
        `passed; event time ${time(c.time)}, the clock of its shard before it ${c.clock === null ? 'not set' : time(c.clock)}`,
      ],
      ['enrich', 'passed'],
      [
        'aggregate',
        c.entry === null ? 'no ledger entry counts it yet, or none is kept' : `entry ${c.entry.n} of ${c.entry.shard}`,
      ],
    ]),
    '',
    ...(c.fates.length === 0 ? ['no query reads it'] : c.fates.flatMap(fateLines)),
  ];
};

const asideLine = (r: SideRow): string => {
  const again = r.again ? `, first at ${place(r.again.shard, r.again.position)}` : '';
  const at = `${place(r.shard, r.position)}${again}, arrived ${time(r.arrival)}`;
  if (r.late !== null) {
    const window =
      r.late.window === null
        ? ''
        : ` for the window ${instant(r.late.window[0])} to ${instant(r.late.window[1]).slice(11)}`;
    return `late for ${r.query}${window}: the watermark was ${time(r.late.watermark)}\n  ${at}`;
  }
  const by = r.query === null ? r.stage : `${r.stage} for ${r.query}`;
  return `${r.door} by ${by}, ${r.rule}${r.field === null ? '' : ` at ${r.field}`}: ${r.cause}\n  ${at}`;
};

export const UNKNOWN = [
  'When each function had it is not kept: the archive has its arrival, the ledger its entry (30 days), the manifest what is closed.',
  'Look-ups are asked now: a reference row that changed since gives another answer than then.',
] as const;

export const showTraced = (t: Traced): string =>
  [
    ...t.copies.map((c, i) =>
      [...(t.copies.length > 1 ? [`copy ${i + 1} of ${t.copies.length}`] : []), ...copyLines(c)].join('\n'),
    ),
    t.aside.map(asideLine).join('\n'),
    ...(t.copies.length + t.aside.length === 0
      ? [
          `not found among ${plural(t.records, 'record')} of the archive and the stores of rejected and late events in that time`,
        ]
      : [UNKNOWN.join('\n')]),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
