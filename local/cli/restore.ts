// millrace snapshot, millrace restore: the state of a stage as an object, and an earlier state in a table of its own.
import { createTable, scanTable } from '../../shared/aws/dynamo-copy.ts';
import { readerOutside, tableOutside } from '../../shared/aws/outside.ts';
import { bringBack, RestoreError } from '../restore/bring-back.ts';
import { readSnapshot, takeSnapshot } from '../restore/snapshot.ts';
import { withEnv } from '../run/ports-here.ts';
import { connect } from '../stage/connect.ts';
import type { StageHere } from '../stage/stage-here.ts';
import { CallError } from './call-error.ts';
import type { Call, ExitCode } from './commands.ts';
import { flagOf, textOf } from './parse-call.ts';

const out = (text: string): void => void process.stdout.write(`${text}\n`);

const stageOf = (call: Call) => {
  const [stage, region] = [textOf(call, 'stage'), textOf(call, 'region')];
  return connect({ ...(stage !== undefined && { stage }), ...(region !== undefined && { region }) });
};

/** Everything that `refined` still holds. */
async function* recordsOf({ streams: { refined }, aws }: StageHere): AsyncGenerator<Uint8Array> {
  const reader = withEnv(aws, () => readerOutside(refined.name));
  for (const { id } of await refined.shards())
    for (let after: string | undefined, more = true; more; ) {
      const { records, ended } = await reader.read(id, after);
      for (const { data } of records) yield data;
      after = records.at(-1)?.seq ?? after;
      more = records.length > 0 && !ended;
    }
}

const said = async (work: () => Promise<void>): Promise<ExitCode> => {
  try {
    await work();
    return 0;
  } catch (error) {
    if (!(error instanceof RestoreError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 1;
  }
};

export const snapshot = async (call: Call): Promise<ExitCode> => {
  const stage = await stageOf(call);
  return said(async () => {
    const items = withEnv(stage.aws, () => scanTable(stage.ledger.name));
    const taken = await takeSnapshot(items, stage.objects, stage.run, stage.clock.now());
    if (flagOf(call, 'json') === true) return out(JSON.stringify(taken));
    out(`${taken.items} items of ${stage.ledger.name}, ${taken.bytes} bytes: ${taken.name}`);
  });
};

export const restore = async (call: Call): Promise<ExitCode> => {
  const [from, fromTable, name] = [textOf(call, 'from'), textOf(call, 'from-table'), textOf(call, 'table')];
  if ((from === undefined) === (fromTable === undefined))
    throw new CallError(
      'restore what? --from SNAPSHOT (of millrace snapshot) or --from-table TABLE (of a point in time)',
    );
  if (name === undefined) throw new CallError('--table is missing: the name of the new table');
  const stage = await stageOf(call);
  if (name === stage.ledger.name)
    throw new CallError(`--table ${name} is the table in use; name one that does not exist`);
  return said(async () => {
    const { run, objects, clock, aws, ledger } = stage;
    const items =
      from === undefined ? withEnv(aws, () => scanTable(fromTable as string)) : await readSnapshot(objects, from, run);
    const newer =
      flagOf(call, 'lost') === true ? null : { table: ledger, items: () => withEnv(aws, () => scanTable(ledger.name)) };
    await withEnv(aws, () => createTable(name)).catch((error: unknown) => {
      if (!(error instanceof Error) || error.name !== 'ResourceInUseException') throw error;
    });
    const into = withEnv(aws, () => tableOutside(name));
    const refined = () => recordsOf(stage);
    const back = await bringBack({ items, newer, refined, into, objects, run, now: clock.now() });
    if (flagOf(call, 'json') === true) return out(JSON.stringify(back));
    out(
      `${back.items} items are in ${name}, ${back.kept} claims and repairs of ${newer === null ? 'none' : ledger.name}`,
    );
    out(`outbox epoch ${back.epoch}; ${back.lakeAside.length} files of the lake went aside`);
    for (const missing of back.missing) process.stderr.write(`${objects.name} lacks ${missing}\n`);
    if (newer === null)
      process.stderr.write('claims since that instant are lost: ids that were sent twice since may count twice\n');
  });
};
