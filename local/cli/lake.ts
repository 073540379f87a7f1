// millrace lake: which files are live, compaction now, and the catalog anew.
import { catalogOutside } from '../../shared/aws/outside.ts';
import { liveFiles } from '../../shared/steps/lake/live-files.ts';
import { wouldWork } from '../build/did-you-mean.ts';
import { compactNow, registerAnew } from '../lake/compact-now.ts';
import { lakeNames, rangeOf } from '../lake/range.ts';
import { showFiles, viewOf } from '../lake/show-files.ts';
import { LAKE_VERBS, type LakeVerb } from '../lake/verbs.ts';
import { withEnv } from '../run/ports-here.ts';
import { connect } from '../stage/connect.ts';
import { CallError } from './call-error.ts';
import type { Call, ExitCode } from './commands.ts';
import { flagOf, textOf } from './parse-call.ts';

const isVerb = (word: string): word is LakeVerb => LAKE_VERBS.some((v) => v === word);

export const lake = async (call: Call): Promise<ExitCode> => {
  const [verb = ''] = call.words;
  if (!isVerb(verb)) throw new CallError(`millrace lake ${verb}: ${wouldWork(verb, LAKE_VERBS, 'it may be')}`);
  const range = rangeOf(textOf(call, 'from'), textOf(call, 'to'));
  const [stageName, region, pipeline] = [textOf(call, 'stage'), textOf(call, 'region'), textOf(call, 'pipeline')];
  const stage = await connect({
    ...(stageName !== undefined && { stage: stageName }),
    ...(region !== undefined && { region }),
    ...(pipeline !== undefined && { pipeline }),
  });
  try {
    const { pipeline: built } = await stage.built();
    const tables = lakeNames(built.plan, textOf(call, 'type'));
    const ports = { table: stage.ledger, objects: stage.objects };
    const json = flagOf(call, 'json') === true;
    if (verb === 'files') {
      const files = await liveFiles(ports, tables, range);
      const sql = flagOf(call, 'view') === true;
      process.stdout.write(sql ? viewOf(ports.objects.name, files) : showFiles(ports.objects.name, files, json));
      return 0;
    }
    const d = stage.deployment;
    const catalogOf = () =>
      withEnv(stage.aws, () => catalogOutside({ database: `${d?.service}_${d?.stage}`, bucket: ports.objects.name }));
    const deps = { ...ports, plan: built.plan, clock: stage.clock, run: stage.run, catalogOf };
    const lines = verb === 'compact' ? compactNow(deps, tables, range) : registerAnew(deps, tables, range);
    let done = true;
    for await (const line of lines) {
      done &&= line.ok;
      process.stdout.write(json ? `${JSON.stringify(line)}\n` : `${line.partition}  ${line.says}\n`);
    }
    return done ? 0 : 1;
  } finally {
    await stage.close();
  }
};
