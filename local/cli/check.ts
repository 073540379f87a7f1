// millrace check: what the pipeline would do, or every mistake in it.
import { writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { styleText } from 'node:util';
import type { Plan } from '../../shared/query/plan.ts';
import { showPlan } from '../../shared/query/show.ts';
import { inputsOf } from '../../shared/query/sides.ts';
import { compilePipeline } from '../build/compile-pipeline.ts';
import { tooManyConsumers } from '../build/consumers.ts';
import { describe, showSections } from '../build/describe.ts';
import { wouldWork } from '../build/did-you-mean.ts';
import { PipelineMistakes } from '../build/pipeline-mistakes.ts';
import { consumersOf } from '../build/template-consumers.ts';
import { drawGraph } from '../plan-picture/draw.ts';
import { joined } from '../plan-picture/graph.ts';
import { graphOfQuery } from '../plan-picture/graph-of-query.ts';
import { rememberHere } from '../run/remember-here.ts';
import { readTemplate } from '../template/read-template.ts';
import { CallError } from './call-error.ts';
import type { Call, ExitCode } from './commands.ts';
import { flagOf, textOf } from './parse-call.ts';
import { PIPELINE, PROJECT } from './places.ts';

/** The plan of one query as text; with a file also as a picture. A name stands for all parts of its UNION ALL or GROUPING SETS. */
const showOne = (plan: Plan, name: string, svg: string | undefined): ExitCode => {
  const queries = plan.queries.filter((q) => q.name === name || q.id === name);
  const names = [...new Set(plan.queries.map((q) => q.name))];
  if (queries.length === 0) throw new CallError(`--plan ${name}: no such query; ${wouldWork(name, names, 'queries')}`);
  const used = new Set(queries.flatMap((q) => [q.into, ...inputsOf(q).map((i) => i.table)]));
  const tables = plan.tables.filter((t) => used.has(t.name));
  process.stdout.write(`${showPlan({ ...plan, tables, queries })}\n`);
  if (svg !== undefined) {
    writeFileSync(svg, drawGraph(joined(queries.map((q) => graphOfQuery(plan, q))), `Plan of ${name}`));
    process.stderr.write(`${svg} shows it\n`);
  }
  return 0;
};

export const check = async (call: Call): Promise<ExitCode> => {
  const dir = textOf(call, 'pipeline') ?? PIPELINE;
  const json = flagOf(call, 'json') === true;
  const compiled = await compilePipeline(dir);
  const consumers = consumersOf(readTemplate({ root: PROJECT, params: rememberHere(compiled) }));
  const crowded = tooManyConsumers(consumers).map((e) => ({ ...e, file: relative(dir, join(PROJECT, e.file)) }));
  const mistakes = [...compiled.errors, ...crowded];
  if (json) {
    const { plan, types, sources } = compiled;
    const result =
      mistakes.length > 0 ? { ok: false, errors: mistakes } : { ok: true, plan, types, sources, consumers };
    process.stdout.write(`${JSON.stringify(result)}\n`);
    return mistakes.length > 0 ? 2 : 0;
  }
  if (mistakes.length > 0) throw new PipelineMistakes(dir, mistakes);
  const query = textOf(call, 'plan');
  const svg = textOf(call, 'svg');
  if (svg !== undefined && query === undefined) throw new CallError('--svg draws one query: name it with --plan QUERY');
  if (query !== undefined) return showOne(compiled.plan, query, svg);
  const bold = (text: string): string => styleText('bold', text, { stream: process.stdout });
  process.stdout.write(`${showSections(describe(compiled, consumers), bold)}\n`);
  return 0;
};
