// All of it at once: services, functions and what calls them, page, producer endpoint, sample traffic.

import { resolve } from 'node:path';
import { systemClock } from '../../shared/ports.ts';
import { readFolder } from '../build/read-folder.ts';
import { CallError } from '../cli/call-error.ts';
import { readAddresses } from '../destinations/here/addresses.ts';
import { placed } from '../destinations/here/place.ts';
import type { Kind } from '../generate/generate.ts';
import { servePage } from '../page/serve-page.ts';
import { hasShop, withShop } from '../page/shop.ts';
import { pauseHost } from '../pause/host.ts';
import { intakeHere } from '../pause/intake-here.ts';
import { playerValves } from '../pause/player-valves.ts';
import { deploymentOf } from '../plan/from-template.ts';
import { type Pace, REAL_TIME } from '../poller/pace.ts';
import { readLimits } from '../poller/read-limits.ts';
import { replayHost } from '../replay/host.ts';
import { startHere } from '../run/here.ts';
import { loadPipeline, loadReferences } from '../run/load-pipeline.ts';
import { play } from '../run/play.ts';
import { tableHere } from '../run/ports-here.ts';
import { rememberHere } from '../run/remember-here.ts';
import { runOf } from '../run/run-name.ts';
import { missingSecrets, putSecrets, type SecretTexts } from '../run/secrets-here.ts';
import type { LogLine } from '../sandbox/capture.ts';
import { functionPool } from '../sandbox/pool.ts';
import { removeLiveFile, writeLiveFile } from '../stage/live-file.ts';
import { portsOf } from '../stage/ports-of-stage.ts';
import type { StageHere } from '../stage/stage-here.ts';
import { prometheusText } from '../watch/prometheus.ts';
import { apiCounter, servicesHere } from '../watch/services-here.ts';
import { ownValues, valuesOf } from '../watch/values.ts';
import { watchOf } from '../watch/watched.ts';
import { addresses, rowLines, takesTraffic } from './announce.ts';
import { corsOf } from './cors.ts';
import { type DoorHere, OPEN } from './door-here.ts';
import { startFront } from './front.ts';
import { live } from './live.ts';
import { startTraffic } from './traffic.ts';

export type LiveOptions = {
  readonly root: string;
  /** The pipeline's folder. */
  readonly pipeline: string;
  /** Of page and producer endpoint; null: 8080, or a free one. */
  readonly port: number | null;
  readonly kind: Kind;
  /** Sample events a second; null: none. */
  readonly rate: number | null;
  readonly shards?: number;
  /** Who may post; anybody without it. */
  readonly door?: DoorHere;
  /** Whether mappings read no faster than Kinesis lets them. */
  readonly limits?: boolean;
  /** Of pages elsewhere that may post. */
  readonly origins?: readonly string[];
  /** `TABLE=ADDRESS`: destinations at addresses of the user's own. */
  readonly destinations?: readonly string[];
  /** What Secrets Manager holds: the keys of webhooks. */
  readonly secrets?: SecretTexts;
  /** Where it notes its addresses while it runs, for the operator's commands; nowhere without it. */
  readonly note?: string;
  readonly say: (line: string) => void;
  readonly warn: (line: string) => void;
};

export type Running = { readonly origin: string; stop(): Promise<void> };

/** As Lambda, but looking four times a second: a window should not be waited for longer than it takes. */
const LIVE: Pace = { poll: 250, window: true, backOff: { first: 1_000, most: 30_000 } };
/** Under the limits of Kinesis each mapping polls once a second, as Lambda does. */
const paceOf = (limits: boolean) => (limits ? { pace: REAL_TIME, limits: readLimits(systemClock) } : { pace: LIVE });
const EVERY_MS = 1_000;
/** Of each destination: what a page shows, and what somebody looks for right after. */
const KEPT_MESSAGES = 1_000;
/** A complaint that comes again within this time is not shown again. */
const SAME_AFTER = 10_000;

/** Functions' warnings and errors, each once in a while. */
const complaints = (warn: (line: string) => void): ((line: LogLine) => void) => {
  const last = new Map<string, number>();
  return ({ from, text }) => {
    if (!/"level":"(WARN|ERROR|CRITICAL)"/.test(text) && text.startsWith('{')) return;
    const what = `${from.split('#')[0]} ${text.slice(0, 80)}`;
    const now = Date.now();
    if (now - (last.get(what) ?? 0) < SAME_AFTER) return;
    last.set(what, now);
    warn(`${from}: ${text}`);
  };
};

/** @throws PipelineMistakes, TemplateError; CallError when the port is in use */
export const startLive = async (options: LiveOptions): Promise<Running> => {
  const { root, say, warn, door = OPEN } = options;
  const { compiled, path, pipeline, frames } = await loadPipeline(options.pipeline, root);
  const here = await startHere({
    root,
    params: { ...rememberHere(compiled), ...door.params },
    ...(options.shards !== undefined && { shards: options.shards }),
    plan: pipeline.plan,
    addresses: readAddresses(options.destinations ?? [], pipeline.plan),
    keepMessages: KEPT_MESSAGES,
  });
  door.open(here);
  const { secrets = {} } = options;
  putSecrets(here.secrets, secrets);
  for (const line of missingSecrets(pipeline.sources, secrets)) warn(line);
  await loadReferences(here, compiled);
  const placedHere = placed(path, here.destinations?.options ?? new Map());
  for (const note of here.destinations?.notes ?? []) warn(note);
  const own = ownValues();
  const complain = complaints(warn);
  const log = (line: LogLine): void => {
    own.take(line.text);
    complain(line);
  };
  const player = play({ here, root, pipeline: placedHere.path, faults: null, log, ...paceOf(options.limits === true) });
  const api = apiCounter();
  const { services, look } = servicesHere(here, player, api);
  const list = watchOf(here.template);
  const values = () => valuesOf(list, services, own);
  const ingest = player.pools.get('ingest');
  if (ingest === undefined) throw new Error('serverless.yml describes no function ingest');
  const closed = { ...ingest.fn, environment: { ...ingest.fn.environment, INTAKE: 'closed' } };
  const refusing = functionPool(closed, { root, pipeline: placedHere.path, aws: here.aws, log });
  const intake = intakeHere(ingest, refusing);
  const { service, stage } = here.template;
  const pauses = pauseHost(
    tableHere(here, 'LedgerTable'),
    playerValves(player, `${service}-${stage}-`, intake),
    systemClock,
  );
  const deployment = deploymentOf(here.template, compiled);
  const asStage: StageHere = {
    ...portsOf(deployment, here.aws),
    kind: 'here',
    name: 'the pipeline on this machine',
    clock: systemClock,
    deployment,
    aws: here.aws,
    built: async () => ({ compiled, pipeline, frames }),
    close: async () => {},
  };
  const watch = live(here, player, pipeline, runOf(here), values, pauses.said, asStage);
  const ours = await servePage(watch.state, () => prometheusText(list, values()), hasShop(pipeline));
  const page = await withShop(ours, pipeline, door.key);
  const front = await startFront(page, intake, options.port, api.answered, corsOf(options.origins ?? [])).catch(
    async (error: unknown) => {
      page.close();
      await here.close();
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
      throw new CallError(`--port ${options.port} is in use; leave --port out, or take 0, for a free one`);
    },
  );
  player.start(true);
  const { note } = options;
  if (note !== undefined)
    writeLiveFile(note, {
      version: 1,
      pid: process.pid,
      started: new Date().toISOString(),
      origin: front.origin,
      pipeline: resolve(options.pipeline),
      aws: here.aws,
      deployment,
    });
  const { pace } = paceOf(options.limits === true);
  const replays = replayHost({ here, root, player, log, pace, warn });
  // The books begin now, not in an hour.
  void player.pools.get('check-books')?.invoke({ time: new Date().toISOString() });

  const widest = Math.max(0, ...pipeline.plan.queries.map((q) => q.into.length));
  let looking = Promise.resolve();
  let replaying = Promise.resolve();
  let holding = Promise.resolve();
  const timer = setInterval(() => {
    looking = looking
      .then(async () => {
        for (const line of rowLines(await watch.look(), widest)) say(line);
        await look();
      })
      .catch((error: unknown) => warn(String(error)));
    replaying = replaying.then(() => replays.look()).catch((error: unknown) => warn(String(error)));
    holding = holding.then(() => pauses.look()).catch((error: unknown) => warn(String(error)));
  }, EVERY_MS);

  say(addresses(front.origin, here, pipeline, readFolder(options.pipeline).schemas, options.kind, door.key));
  const { kind } = options;
  const strange = options.rate !== null && !takesTraffic(pipeline, kind);
  const rate = strange ? null : options.rate;
  const why = strange ? `: the pipeline has no schema for the events of --kind ${kind}` : '';
  if (rate === null) watch.caughtUp();
  const endTraffic =
    rate === null
      ? async () => {}
      : startTraffic({
          kind,
          rate,
          seed: Date.now() % 1_000_000,
          url: `${front.origin}/events`,
          key: door.key,
          types: new Set(Object.keys(pipeline.types)),
          onCaughtUp: watch.caughtUp,
          onFailure: warn,
        });
  say(
    rate === null
      ? `\nNo sample traffic${why}. Rows, as they come:`
      : `\n${rate} sample events a second. Rows, as they come:`,
  );

  return {
    origin: front.origin,
    async stop() {
      clearInterval(timer);
      if (note !== undefined) removeLiveFile(note, process.pid);
      await endTraffic();
      page.close();
      await front.close();
      await replaying;
      await holding;
      await replays.stop();
      await player.stop();
      await looking;
      await here.close();
      placedHere.remove();
    },
  };
};
