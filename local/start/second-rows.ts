// The rows of a second run on this machine, as they come on its own `refined`.
import type { Table } from '../../shared/ports.ts';
import { readReplay } from '../../shared/steps/replay/control.ts';
import type { LiveRow } from '../page/live-state.ts';
import { newPipeline } from '../replay/new-pipeline.ts';
import { hereOf } from '../replay/second-run.ts';
import { secondTemplate } from '../replay/second-template.ts';
import { runText } from '../replay/served-stage.ts';
import { type Bookkeeper, bookkeeper, type FreshRow } from '../run/books.ts';
import type { Here } from '../run/here.ts';
import type { RowReader, SecondReader } from './served-rows.ts';
import { textsOf } from './standing.ts';

export const rowOf = ({ event, arrival }: FreshRow): LiveRow => ({
  table: event.type,
  at: arrival,
  columns: textsOf((event.data ?? {}) as object),
});

export const readerOf = (keeper: Bookkeeper, run: string): RowReader => ({
  run,
  async look() {
    const fresh: LiveRow[] = [];
    await keeper.look((row) => void fresh.push(rowOf(row)));
    return fresh;
  },
});

/** @throws when the run is noted no more, or its pipeline folder has another version now */
export const secondRows =
  (here: Here, ledger: Table, root: string) =>
  async (run: string): Promise<SecondReader> => {
    const replay = await readReplay(ledger, run);
    if (replay === undefined) throw new Error(`readers see run ${run}, of which there is no replay`);
    const { query, version } = replay;
    const { pipeline } = await newPipeline(replay.pipeline, root, `${query}@${version}`);
    const second = hereOf(here, secondTemplate(here.template, run));
    return { ...readerOf(bookkeeper(second, pipeline, run), run), says: runText({ run, query, version }) };
  };
