// millrace shards: the load of every shard and key group, what to do about it, and doing it.
import { styleText } from 'node:util';
import { type StreamControl, streamControl } from '../../shared/aws/stream-control.ts';
import { seconds } from '../../shared/time.ts';
import { wouldWork } from '../build/did-you-mean.ts';
import { bestCut } from '../shards/advice.ts';
import { reportOn, type StreamReport, showReport } from '../shards/report.ts';
import { mergeWith, ReshardError, reshardTo, splitAt, type Watching } from '../shards/reshard.ts';
import { fullness } from '../shards/shard-load.ts';
import type { Template } from '../template/template.ts';
import { CallError } from './call-error.ts';
import type { Call, ExitCode } from './commands.ts';
import { templateOf } from './deploy-now.ts';
import { flagOf, numberOf, textOf } from './parse-call.ts';
import { progress } from './progress.ts';

const DEFAULT_SECONDS = 60;
const MOST_SHARDS = 10_000;

/** For a Kinesis on this machine any names do; an account's own are left as they are. */
const useEndpoint = (endpoint: string, region: string): void => {
  if (!/^https?:\/\//.test(endpoint))
    throw new CallError(`--endpoint is "${endpoint}"; write an address as http://127.0.0.1:4567`);
  process.env.AWS_ENDPOINT_URL_KINESIS = endpoint;
  process.env.AWS_ACCESS_KEY_ID ??= 'local';
  process.env.AWS_SECRET_ACCESS_KEY ??= 'local';
  process.env.AWS_REGION ??= region;
};

const groupsOf = (call: Call, template: Template): number => {
  const found = template.functions.map((f) => f.environment.GROUPS).find((g) => g !== undefined);
  return numberOf(call, 'groups', 1, 1_048_576) ?? Number(found ?? '4');
};

const chosen = (call: Call, template: Template): readonly string[] => {
  const prefix = `${template.service}-${template.stage}-`;
  const names = template.streams.map((s) => s.name.replace(prefix, ''));
  const asked = textOf(call, 'stream');
  if (asked === undefined) return names;
  if (!names.includes(asked)) throw new CallError(`--stream is "${asked}"; ${wouldWork(asked, names, 'streams')}`);
  return [asked];
};

/** The neighbour with the next greater hash keys. */
const neighbour = (report: StreamReport, shard: string): string => {
  const mine = report.loads.find((l) => l.shard.id === shard)?.shard;
  const next = report.loads.find((l) => BigInt(l.shard.startHash) === BigInt(mine?.endHash ?? 0) + 1n);
  if (mine === undefined || next === undefined)
    throw new CallError(
      `--merge is "${shard}"; it has no open neighbour above it. Open are ${report.loads.map((l) => l.shard.id).join(', ')}`,
    );
  return next.shard.id;
};

const cutOf = (report: StreamReport, shard: string, groups: number): string => {
  const load = report.loads.find((l) => l.shard.id === shard);
  if (load === undefined)
    throw new CallError(`--split is "${shard}"; open are ${report.loads.map((l) => l.shard.id).join(', ')}`);
  const at = bestCut(load, groups);
  if (at === undefined)
    throw new CallError(`--split is "${shard}"; it holds a single key group of ${groups}, which is never parted`);
  return at;
};

const asJson = (r: StreamReport) => ({
  stream: r.stream,
  onDemand: r.onDemand,
  shards: r.loads.map((l) => ({
    id: l.shard.id,
    full: fullness(l),
    bytesPerSecond: l.bytes,
    recordsPerSecond: l.records,
    eventsPerSecond: l.events,
    groups: Object.fromEntries([...l.groups].toSorted(([a], [b]) => a - b)),
  })),
  advice: r.advice,
});

export const shards = async (call: Call): Promise<ExitCode> => {
  const template = templateOf(call);
  const endpoint = textOf(call, 'endpoint');
  if (endpoint !== undefined) useEndpoint(endpoint, template.region);
  process.env.AWS_REGION ??= template.region;
  const groups = groupsOf(call, template);
  const names = chosen(call, template);
  const [set, split, merge] = [numberOf(call, 'set', 1, MOST_SHARDS), textOf(call, 'split'), textOf(call, 'merge')];
  if ([set, split, merge].filter((x) => x !== undefined).length > 1)
    throw new CallError('--set, --split and --merge are three different things; give one of them');
  if ((split ?? merge) !== undefined && names.length > 1)
    throw new CallError('--split and --merge need --stream NAME: shard ids repeat in every stream');
  const span = numberOf(call, 'seconds', 1, 3_600) ?? DEFAULT_SECONDS;
  const controlOf = (name: string): StreamControl => streamControl(`${template.service}-${template.stage}-${name}`);
  const report = async (name: string): Promise<StreamReport> => {
    const found = await reportOn(controlOf(name), groups, span, Date.now());
    if (found === undefined)
      throw new ReshardError(`there is no stream ${controlOf(name).name}: another --stage, --region or --endpoint?`);
    return found;
  };
  const bar = progress();
  const watching: Watching = {
    tell: (text) => bar.update(text),
    every: seconds(endpoint === undefined ? 5 : 0.2),
    patience: seconds(1_800),
  };
  try {
    for (const name of names) {
      const stream = controlOf(name);
      if (set !== undefined) {
        const steps = await reshardTo(stream, set, groups, watching);
        bar.line(`${stream.name}: ${steps.length === 0 ? `has ${set} already` : `${steps.join(', then ')} shards`}`);
      } else if (split !== undefined) {
        await splitAt(stream, split, cutOf(await report(name), split, groups), watching);
        bar.line(`${stream.name}: ${split} is split`);
      } else if (merge !== undefined) {
        const adjacent = neighbour(await report(name), merge);
        await mergeWith(stream, merge, adjacent, watching);
        bar.line(`${stream.name}: ${merge} and ${adjacent} are one`);
      }
    }
    if (set !== undefined) bar.line(`Deploys leave it at ${set} until their --param shards changes.`);
    const reports: StreamReport[] = [];
    for (const name of names) {
      bar.update(`reading the last ${span} s of ${name}`);
      reports.push(await report(name));
    }
    bar.end();
    if (flagOf(call, 'json') === true) {
      process.stdout.write(`${JSON.stringify({ groups, seconds: span, streams: reports.map(asJson) })}\n`);
      return 0;
    }
    const bold = (text: string): string => styleText('bold', text, { stream: process.stdout });
    const shown = reports.map((r, i) => {
      const command = `millrace shards --stream ${names[i]}${endpoint === undefined ? '' : ` --endpoint ${endpoint}`}`;
      return `${bold(`${r.stream}: ${r.loads.length} open shard${r.loads.length === 1 ? '' : 's'}`)}\n${showReport(r, groups, command)}`;
    });
    process.stdout.write(`${shown.join('\n\n')}\n\nThe last ${span} s; ${groups} key groups.\n`);
    return 0;
  } catch (error) {
    bar.end();
    if (!(error instanceof ReshardError)) throw error;
    process.stderr.write(`${styleText('red', 'millrace:', { stream: process.stderr })} ${error.message}\n`);
    return 1;
  }
};
