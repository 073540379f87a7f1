// The valves of a deployed stage: its mappings, its schedules, and the setting INTAKE of `ingest`.
import { type CallerControl, callerControl } from '../../shared/aws/caller-control.ts';
import { type DeployedStack, deployedStack } from '../../shared/aws/deployed-stack.ts';
import type { Stream } from '../../shared/ports.ts';
import { aggregateName } from '../../shared/steps/aggregate/name.ts';
import { checkpoints } from '../../shared/steps/checkpoint.ts';
import { ledger } from '../../shared/steps/ledger/ledger.ts';
import { type Ms, minutes } from '../../shared/time.ts';
import type { Deployment } from '../plan/deployment.ts';
import { withEnv } from '../run/ports-here.ts';
import type { StageHere } from '../stage/stage-here.ts';
import { shortName } from './player-valves.ts';
import { rulesOf } from './rules-of.ts';
import { type Caller, callerId, type Valves } from './valves.ts';

/** A function that was handed nothing for so long, by a mapping that is on, has nothing to do; its metrics are told by then. */
const SILENT: Ms = minutes(3);
const STATES: Readonly<Record<string, Caller['state']>> = {
  Enabled: 'on',
  Enabling: 'turning-on',
  Creating: 'turning-on',
  Updating: 'turning-on',
  Disabling: 'turning-off',
  Disabled: 'off',
};
/** The time limit of `ingest` is 29 s. */
const INGEST_TIMEOUT: Ms = 30_000;
const lastPart = (arn: string): string => arn.slice(Math.max(arn.lastIndexOf('/'), arn.lastIndexOf(':')) + 1);
const nobody = (): string => {
  throw new Error('valves decide nothing');
};

type Position = (shard: string) => Promise<string | undefined>;
/** Where functions that keep it themselves stand; undefined: only Lambda knows. */
const positionOf = (stage: StageHere, fn: string, stream: Stream): Position | undefined => {
  const { ledger: table, objects, clock, run } = stage;
  if (['validate', 'enrich', 'transform'].includes(fn)) {
    const marks = checkpoints(table, run, `${fn}/${stream.name}`);
    return async (shard) => (await marks.read(shard))?.q as string | undefined;
  }
  if (fn === 'aggregate' || fn === 'aggregate-again') {
    const reads = fn === 'aggregate' ? 'enriched' : 'refined';
    const book = ledger({ table, objects, clock, run, fn: aggregateName(reads), nonce: nobody });
    return async (shard) => (await book.newest(shard))?.through;
  }
  return undefined;
};

export const deployedValves = async (
  stage: StageHere,
  wait: (ms: Ms) => Promise<void>,
  control: CallerControl = withEnv(stage.aws, () => callerControl(wait)),
  stack: Pick<DeployedStack, 'template' | 'physicalId'> = withEnv(stage.aws, deployedStack),
): Promise<Valves> => {
  const { clock, streams } = stage;
  const d = stage.deployment as Deployment;
  const prefix = `${d.service}-${d.stage}-`;
  const rules = await rulesOf(stack, d);
  const full = new Map(d.functions.map((f) => [f.name, f.fullName]));
  const uuids = new Map<string, string>();

  /** What is off is handed nothing, however much there is: its silence says nothing. */
  const ageOf = async (fn: string, isOff: boolean): Promise<Ms | null> => {
    const told = await control.iteratorAge(full.get(fn) ?? fn, clock.now());
    if (!isOff && (told === null || clock.now() - told.at > SILENT)) return 0;
    return told && told.age + Math.max(0, clock.now() - told.at);
  };
  const behindOf = async (fn: string, source: string, isOff: boolean): Promise<Ms | null> => {
    const stream = (streams as Readonly<Record<string, Stream>>)[source];
    const position = stream && positionOf(stage, fn, stream);
    if (stream === undefined || position === undefined) return ageOf(fn, isOff);
    for (const { id } of await stream.shards())
      if (await stream.hasRecordAfter(id, (await position(id))?.replace(/^0+(?=.)/, '')))
        return (await ageOf(fn, isOff)) || null; // unread since when, nobody says
    return 0;
  };

  return {
    async callers(withBehind = false) {
      const all: Caller[] = [];
      for (const { name, fullName } of d.functions)
        for (const m of await control.mappings(fullName)) {
          const kind = m.source.includes(':sqs:') ? 'queue' : 'stream';
          const source = shortName(prefix, lastPart(m.source));
          const id = callerId(name, source);
          uuids.set(id, m.uuid);
          const state = STATES[m.state] ?? 'turning-on';
          const behind = withBehind && kind === 'stream' ? await behindOf(name, source, state === 'off') : null;
          all.push({ id, function: name, kind, source, state, behind });
        }
      for (const { function: fn, rule } of rules) {
        const state = (await control.isRuleOn(rule)) ? 'on' : 'off';
        all.push({
          id: callerId(fn, 'schedule'),
          function: fn,
          kind: 'schedule',
          source: 'schedule',
          state,
          behind: null,
        });
      }
      return all;
    },
    async set(ids, on) {
      for (const id of ids) {
        const uuid = uuids.get(id);
        if (uuid !== undefined) await control.setMapping(uuid, on);
        for (const r of rules) if (callerId(r.function, 'schedule') === id) await control.setRule(r.rule, on);
      }
    },
    async intake() {
      const ingest = full.get('ingest');
      return ingest === undefined ? null : (await control.variable(ingest, 'INTAKE')) === 'closed' ? 'closed' : 'open';
    },
    async setIntake(to) {
      const ingest = full.get('ingest');
      if (ingest === undefined) return;
      await control.setVariable(ingest, 'INTAKE', to);
      // Requests that sandboxes of before have taken end within the function's time limit.
      if (to === 'closed') await wait(INGEST_TIMEOUT);
    },
  };
};
