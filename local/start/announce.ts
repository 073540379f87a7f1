// What the terminal says while the pipeline runs.
import { styleText } from 'node:util';
import type { CompiledPipeline } from '../../shared/pipeline.ts';
import type { UserFile } from '../build/read-folder.ts';
import { generate, type Kind } from '../generate/generate.ts';
import type { LiveRow } from '../page/live-state.ts';
import { hasShop } from '../page/shop.ts';
import type { Here } from '../run/here.ts';
import { inShell, sampleOf } from './sample-event.ts';

const bold = (text: string): string => styleText('bold', text, { stream: process.stdout });
const dim = (text: string): string => styleText('dim', text, { stream: process.stdout });

/** Whether the pipeline has a schema for any event of the sample traffic; without one, all of it would be refused. */
export const takesTraffic = ({ types }: CompiledPipeline, kind: Kind): boolean =>
  generate({ kind, seed: 1, events: 1_000 }).some((line) => Object.hasOwn(types, String(JSON.parse(line).type)));

/** @param schemas the pipeline's schemas, as its users wrote them */
export const addresses = (
  origin: string,
  here: Here,
  pipeline: CompiledPipeline,
  schemas: readonly UserFile[],
  kind: Kind,
  key: string | null = null,
): string => {
  const lines = [
    `${bold('page')}       ${origin}/`,
    `${bold('metrics')}    ${origin}/metrics`,
    `${bold('producers')}  ${origin}/events  ${dim(`(${origin}/openapi.json)`)}`,
    ...(hasShop(pipeline) ? [`${bold('shop')}       ${origin}/shop  ${dim('(a page that sends events)')}`] : []),
    `${bold('Kinesis')}    ${here.kinesis.endpoint}`,
    `${bold('DynamoDB')}   ${here.dynamo.endpoint}`,
    `${bold('S3, SQS')}    ${here.objects.endpoint}`,
  ];
  const places = here.destinations?.places ?? [];
  const widest = Math.max(0, ...places.map((p) => p.table.name.length));
  if (places.length > 0)
    lines.push('', 'Rows go to:', ...places.map((p) => `  ${bold(p.table.name.padEnd(widest))}  ${p.where}`));
  const sample = sampleOf(pipeline, schemas, kind);
  const withKey = key === null ? '' : `-H 'x-api-key: ${key}' `;
  lines.push(
    '',
    ...(sample === null
      ? [`Send events of your own: POST JSON to ${origin}/events/TYPE (${Object.keys(pipeline.types).join(', ')})`]
      : [
          'Send an event of your own:',
          `  curl -w '\\n' -H 'content-type: application/json' ${withKey}${origin}/events/${sample.type} -d '${inShell(sample.data)}'`,
        ]),
  );
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
