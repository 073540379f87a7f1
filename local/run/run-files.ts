// millrace run: files in, rows out, through the real functions on the services of this machine.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RejectedEvent } from '../../shared/event/cloud-event.ts';
import { rejectedEvent } from '../../shared/event/reject.ts';
import { shardOfPartition } from '../../shared/kafka/shards.ts';
import { position } from '../../shared/lanes/position.ts';
import type { MemoryLog } from '../../shared/memory/log.ts';
import type { CompiledPipeline } from '../../shared/pipeline.ts';
import { END_OF_TIME, type EpochMs } from '../../shared/time.ts';
import type { Progress } from '../cli/progress.ts';
import { readAddresses } from '../destinations/here/addresses.ts';
import { placed } from '../destinations/here/place.ts';
import type { KafkaHere, KafkaRun } from '../kafka/here.ts';
import type { LogLine } from '../sandbox/capture.ts';
import { bookkeeper, type FreshRow } from './books.ts';
import { balances, NO_DOORS } from './doors.ts';
import { seededFaults, showFaults } from './faults/seeded.ts';
import { type Here, startHere } from './here.ts';
import { hintsOf } from './hints.ts';
import { type InputEvent, inputEvents, inputFiles, merged, type Tally } from './input.ts';
import { endOfInput, load, type RefusedLine } from './load.ts';
import { loadPipeline, loadReferences } from './load-pipeline.ts';
import { clearOut, outFiles } from './out-folder.ts';
import { destinationsOf, writeOutputs } from './output.ts';
import { type Player, play } from './play.ts';
import { objectsHere, tableHere } from './ports-here.ts';
import { rememberHere } from './remember-here.ts';
import { runOf } from './run-name.ts';
import { putSecrets, type SecretTexts } from './secrets-here.ts';
import { sinkBooks } from './sink-books.ts';
import { sampleFiles, sourceEvents, sourceNamed } from './source-input.ts';
import type { Summary } from './summary.ts';

export type RunOptions = {
  /** The project's folder. */
  readonly root: string;
  /** The pipeline's folder. */
  readonly pipeline: string;
  /** `FILE` or `TABLE=FILE`. */
  readonly inputs: readonly string[];
  /** The inputs are what this source of sources.yml delivers. */
  readonly source?: string;
  /** What Secrets Manager holds: the keys of webhooks. */
  readonly secrets?: SecretTexts;
  readonly out: string;
  /** `TABLE=ADDRESS`: destinations at addresses of the user's own. */
  readonly destinations?: readonly string[];
  readonly shards: number;
  /** Kafka as the log, on these brokers; Kinesis without it. */
  readonly kafka?: KafkaRun;
  /** Of the faults; null: none. */
  readonly seed: number | null;
  readonly now: EpochMs;
  readonly tell: Progress;
  /** What goes on beside the functions; the run ends after it, and fails with it. */
  readonly beside?: (player: Player, here: Here) => Promise<void>;
};

/** What no stream can hold, or is not signed, leaves by the door it would have met first: ingest answers 413 or 401 for it. */
const refusedLine = ({ line, bytes, rule, cause }: RefusedLine): RejectedEvent =>
  rejectedEvent({
    door: 'rejected',
    stage: 'ingest',
    rule,
    cause: `line ${line}: ${cause}`,
    shard: '-',
    position: position('0', 0),
    arrival: 0,
    payload: bytes,
  });

/** What functions say when something stops them; a few lines are enough to know why. */
const complaints = () => {
  const lines: string[] = [];
  return {
    log: ({ from, text }: LogLine): void => {
      if (!/"level":"(ERROR|CRITICAL)"/.test(text) && text.startsWith('{')) return;
      lines.push(`${from}: ${text}`);
      if (lines.length > 20) lines.shift();
    },
    lines,
  };
};

type Input = { readonly path: string; readonly events: () => AsyncGenerator<InputEvent> };

/** @throws CallError naming every input that cannot be read */
const inputsOf = (
  { inputs, source, now, secrets = {} }: RunOptions,
  pipeline: CompiledPipeline,
  tally: Tally,
): readonly Input[] => {
  if (source === undefined)
    return inputFiles(inputs, pipeline).map((file) => ({
      path: file.path,
      events: () => inputEvents(file, pipeline, now, tally),
    }));
  const from = sourceNamed(source, pipeline);
  return sampleFiles(inputs).map((path) => ({
    path,
    events: () => sourceEvents(path, { source: from, pipeline, now, tally, secrets }),
  }));
};

const logsOf = (here: Here): readonly MemoryLog[] => here.template.streams.map((s) => here.kinesis.kinesis.log(s.name));

/** @throws PipelineMistakes, CallError, StuckError when a function fails on the same batch again and again */
export const runFiles = async (options: RunOptions): Promise<Summary> => {
  const { root, tell, out } = options;
  const began = performance.now();
  const { compiled, path, pipeline } = await loadPipeline(options.pipeline, root);
  const tally: Tally = { untyped: 0 };
  const addresses = readAddresses(options.destinations ?? [], pipeline.plan);
  const inputs = inputsOf(options, pipeline, tally);
  clearOut(
    out,
    outFiles(destinationsOf(pipeline.plan).map((t) => t.name)),
    inputs.map((f) => f.path),
  );
  const faults = options.seed === null ? null : seededFaults(options.seed);
  // The client of Kafka takes a while to load.
  const onKafka = options.kafka && (await import('../kafka/here.ts'));
  const here = await startHere({
    root,
    shards: options.shards,
    keepAll: true,
    ...(onKafka && { stage: onKafka.kafkaStage(), shardName: shardOfPartition }),
    plan: pipeline.plan,
    addresses,
    params: rememberHere(compiled),
    ...(faults && { hooks: faults.hooks, clock: faults.clocks.arrivals }),
  });
  const heard = complaints();
  let kafka: KafkaHere | null = null;
  const own = placed(path, here.destinations?.options ?? new Map());
  try {
    for (const note of here.destinations?.notes ?? []) tell.line(note);
    putSecrets(here.secrets, options.secrets ?? {});
    await loadReferences(here, compiled);

    const raw = here.stream('RawStream');
    const events = merged(inputs.map((input) => input.events()));
    const loaded = await load(raw, events, options.now, (n) => tell.update(`reading: ${n} lines`));
    endOfInput(raw, loaded.arrival, END_OF_TIME);
    if (options.kafka && onKafka)
      kafka = await onKafka.startKafkaHere({ ...options.kafka, root, raw, logs: logsOf(here) });

    let batches = 0;
    const observe = (): void => void batches++;
    const player = play({
      here,
      root,
      pipeline: own.path,
      faults,
      log: heard.log,
      observe,
      ...(kafka && { kafka }),
    });
    player.start(false);
    try {
      await Promise.all([
        options.beside?.(player, here),
        player.drain(() => tell.update(`${loaded.lines} lines, ${batches} batches delivered`)),
      ]);
    } finally {
      await faults?.end();
      await player.stop();
    }

    const books = bookkeeper(here, pipeline, runOf(here));
    const rows: FreshRow[] = [];
    const counted = await books.look((row) => rows.push(row));
    const ingest = {
      ...NO_DOORS,
      in: loaded.events,
      passed: counted.stages.validate?.in ?? 0,
      rejected: loaded.refused.length,
    };
    const sinks = await sinkBooks(pipeline.plan, here.destinations, rows, books.sides);
    const wrong = [
      ...(balances(ingest) ? [] : [`ingest: ${ingest.in} events read, ${ingest.passed} on raw`]),
      ...counted.faults,
      ...sinks.faults,
    ];
    tell.update('writing the rows');
    const rejected = [...loaded.refused.map(refusedLine), ...books.sides.rejected];
    const counts = await writeOutputs(out, {
      here,
      objects: objectsHere(here),
      ledger: tableHere(here, 'LedgerTable'),
      plan: pipeline.plan,
      refined: rows,
      late: books.sides.late,
      rejected,
    });
    const stages = { ingest, ...counted.stages, ...sinks.stages };
    const units = here.meter.totals((row) => row.caller !== 'outside');
    const summary: Summary = {
      stages,
      queries: counted.queries,
      calls: units.calls,
      writeUnits: units.writeUnits,
      putUnits: units.putUnits,
      seconds: Math.round(performance.now() - began) / 1000,
      balanced: wrong.length === 0,
      faults: wrong,
      hints: hintsOf(stages, rejected, tally, pipeline.plan),
      rows: counts,
      struck: faults && { ...faults.counts, load: 1, poison: counted.stages.validate?.rejected ?? 0 },
    };
    mkdirSync(out, { recursive: true });
    writeFileSync(join(out, 'summary.json'), `${JSON.stringify(summary, null, 2)}\n`);
    if (options.seed !== null && summary.struck !== null)
      for (const line of showFaults(options.seed, summary.struck)) tell.line(line);
    return summary;
  } catch (error) {
    for (const line of heard.lines) tell.line(line);
    throw error;
  } finally {
    tell.end();
    await faults?.end();
    await kafka?.close();
    await here.close();
    own.remove();
  }
};
