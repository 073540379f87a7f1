// A stage as an operator's command sees it: the same ports, whether it is deployed, runs on this machine or lies in a test's memory.
import type { FramesFor } from '../../shared/framings/frames.ts';
import type { CompiledPipeline } from '../../shared/pipeline.ts';
import type { Clock, Objects, Stream, Table } from '../../shared/ports.ts';
import type { Compilation } from '../build/compile-pipeline.ts';
import type { Deployment } from '../plan/deployment.ts';

/** The present build of the pipeline folder: `module` is what `#pipeline` stands for in a function. */
export type BuiltPipeline = {
  readonly compiled: Compilation | null;
  readonly pipeline: CompiledPipeline;
  /** Opens framed values; null or absent: no source has a framing. */
  readonly frames?: FramesFor | null;
};

export type StageHere = {
  /** `memory` is a test's. */
  readonly kind: 'here' | 'deployed' | 'memory';
  /** As a message names it: `stage prod`, `the pipeline on this machine`. */
  readonly name: string;
  /** RUN, as the functions have it: part of all keys. */
  readonly run: string;
  /** Number of key groups. */
  readonly groups: number;
  readonly streams: {
    readonly raw: Stream;
    readonly validated: Stream;
    readonly enriched: Stream;
    readonly refined: Stream;
  };
  readonly ledger: Table;
  readonly reference: Table;
  readonly results: Table;
  readonly objects: Objects;
  readonly clock: Clock;
  /** Streams, functions and mappings with their names; null in a test's memory. */
  readonly deployment: Deployment | null;
  /** Settings for AWS clients beyond these ports: of a machine's own services, or the region. */
  readonly aws: Readonly<Record<string, string>>;
  /** Of a second run: the run whose past it replays, which has the archive and what operators put right. */
  readonly first?: { readonly ledger: Table; readonly objects: Objects; readonly run: string };
  /** The ports of a second run beside this one, in a test's memory. */
  second?(run: string): StageHere | undefined;
  /** The pipeline folder, compiled at the first call. @throws PipelineMistakes */
  built(): Promise<BuiltPipeline>;
  close(): Promise<void>;
};

/** There is no such stage, or it cannot be asked; the message says what would work. */
export class StageError extends Error {}
