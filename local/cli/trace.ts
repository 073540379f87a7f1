// millrace trace: where one event went.
import { dynamoScan } from '../../shared/aws/dynamo-scan.ts';
import { days, hours } from '../../shared/time.ts';
import { instant } from '../failed/show.ts';
import { runText, servedRuns } from '../replay/served-stage.ts';
import { withEnv } from '../run/ports-here.ts';
import { framesHere } from '../stage/frames-here.ts';
import { showTraced, UNKNOWN } from '../trace/show.ts';
import { readWanted, trace as traceEvent } from '../trace/trace.ts';
import { lookupsOf } from '../verify/of-stage.ts';
import { CallError } from './call-error.ts';
import type { Call, ExitCode } from './commands.ts';
import { flagOf } from './parse-call.ts';
import { progress } from './progress.ts';
import { stageOf, timeOf } from './verify.ts';

/** An event's arrival is within it of what --around says. */
const AROUND = hours(1);
const SPAN = days(1);

export const trace = async (call: Call): Promise<ExitCode> => {
  const [around, from, to] = [timeOf(call, 'around'), timeOf(call, 'from'), timeOf(call, 'to')];
  if (around !== undefined && (from !== undefined || to !== undefined))
    throw new CallError('--around is an hour before and after: give it, or --from and --to');
  if (from !== undefined && to !== undefined && from >= to) throw new CallError('--from must be before --to');
  const stage = await stageOf(call);
  const bar = progress();
  try {
    const { pipeline } = await stage.built();
    const frames = await framesHere(stage);
    const until = around === undefined ? to : around + AROUND;
    const found = await traceEvent(
      {
        stage,
        past: {
          raw: stage.streams.raw,
          objects: stage.objects,
          table: stage.ledger,
          clock: stage.clock,
          run: stage.run,
          groups: stage.groups,
          pipeline,
          lookups: lookupsOf(stage, pipeline),
          ...(frames && { frames }),
          from: around === undefined ? (from ?? (to ?? stage.clock.now()) - SPAN) : around - AROUND,
        },
        to: until,
        served: await Promise.all(
          (await servedRuns(stage)).map(async ({ stage: second, served, tables }) => {
            const { pipeline: theirs } = await second.built();
            const scan = withEnv(stage.aws, () => dynamoScan(second.results.name));
            const lookups = lookupsOf(second, theirs);
            return { run: runText(served), tables, deps: { stage: second, pipeline: theirs, lookups, scan } };
          }),
        ),
        scan: withEnv(stage.aws, () => dynamoScan(stage.results.name)),
        told: (records, at) => bar.update(`${records.toLocaleString('en-US')} records, ${instant(at)}`),
      },
      readWanted(call.words[0] ?? ''),
    );
    bar.end();
    const isThere = found.copies.length + found.aside.length > 0;
    if (flagOf(call, 'json') === true)
      process.stdout.write(`${JSON.stringify({ stage: stage.name, ...found, unknown: UNKNOWN }, bigints)}\n`);
    else process.stdout.write(`${showTraced(found)}\n`);
    if (!isThere)
      process.stderr.write(
        'The archive lags by a minute. Further back: --from TIME, or --around TIME of its arrival; by place: SHARD:SEQUENCE:INDEX\n',
      );
    return isThere ? 0 : 1;
  } finally {
    bar.end();
    await stage.close();
  }
};

/** Numbers beyond 2^53 in an event's data. */
const bigints = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? value.toString() : value);
