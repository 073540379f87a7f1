// What the terminal says while the pipeline runs.
import { styleText } from 'node:util';
import type { CompiledPipeline } from '../../shared/pipeline.ts';
import { generate, type Kind } from '../generate/generate.ts';
import type { LiveRow } from '../page/live-state.ts';
import type { Here } from '../run/here.ts';

const bold = (text: string): string => styleText('bold', text, { stream: process.stdout });
const dim = (text: string): string => styleText('dim', text, { stream: process.stdout });

/** Stands in a sample where its event time goes: an event with an old time would be late. */
const TIME = '@time@';
/** In the shop's pipeline: an order that a query without a window shows at once. */
const ORDER = {
  order_id: 'my-order',
  visitor: 'me',
  store: 'oslo',
  sku: 'desk-01',
  quantity: 1,
  total: 749,
  ordered_at: TIME,
};

/** An event that will be accepted: an order of the shop, else the first that the sample traffic has for these types. */
const sampleOf = ({ types }: CompiledPipeline, kind: Kind): { readonly type: string; readonly data: object } | null => {
  if (Object.hasOwn(types, 'order.v1')) return { type: 'order.v1', data: ORDER };
  const [line] = generate({ kind, seed: 1, events: 1, start: Date.now() });
  const { type, data } = JSON.parse(line ?? '{}') as { readonly type?: string; readonly data?: object };
  if (type === undefined || data === undefined || !Object.hasOwn(types, type)) return null;
  const [field] = types[type]?.time ?? [];
  return { type, data: field === undefined ? data : { ...data, [field]: TIME } };
};

/** Whether the pipeline has a schema for any event of the sample traffic; without one, all of it would be refused. */
export const takesTraffic = ({ types }: CompiledPipeline, kind: Kind): boolean =>
  generate({ kind, seed: 1, events: 1_000 }).some((line) => Object.hasOwn(types, String(JSON.parse(line).type)));

export const addresses = (origin: string, here: Here, pipeline: CompiledPipeline, kind: Kind): string => {
  const lines = [
    `${bold('page')}       ${origin}/`,
    `${bold('producers')}  ${origin}/events  ${dim(`(${origin}/openapi.json)`)}`,
    `${bold('Kinesis')}    ${here.kinesis.endpoint}`,
    `${bold('DynamoDB')}   ${here.dynamo.endpoint}`,
    `${bold('S3, SQS')}    ${here.objects.endpoint}`,
  ];
  const sample = sampleOf(pipeline, kind);
  if (sample !== null) {
    const data = JSON.stringify(sample.data).replace(TIME, "'$(date -u +%FT%TZ)'");
    lines.push(
      '',
      'Send an event of your own:',
      `  curl -H 'content-type: application/json' ${origin}/events/${sample.type} -d '${data}'`,
    );
  }
  return lines.join('\n');
};

const MOST_LINES = 4;

/** Lines for the rows of one second, one of each destination at most, and how many more there were. */
export const rowLines = (rows: readonly LiveRow[], widest: number): readonly string[] => {
  const shown = [...Map.groupBy(rows, (r) => r.table).values()].flatMap((all) => all.slice(0, 1)).slice(0, MOST_LINES);
  const lines = shown.map(({ table, at, columns }) => {
    const text = Object.entries(columns).map(([name, value]) => `${dim(name)} ${value}`);
    return `${new Date(at).toISOString().slice(11, 19)}  ${bold(table.padEnd(widest))}  ${text.join('  ')}`;
  });
  const more = rows.length - shown.length;
  return more > 0 ? [...lines, dim(`          and ${more} more`)] : lines;
};
