// A stage's template -> that of a second run beside it: its own inner streams, ledger, results, bucket and queues, and the functions from
// `enrich` to `write-table`. `raw` and the reference table stay the stage's; `validate` is fed, not mapped.
import type { FunctionTemplate, Template, Trigger } from '../template/template.ts';

/** In the order an event meets them. What records elsewhere goes on recording the old run's rows. */
export const SECOND_FUNCTIONS = [
  'enrich',
  'transform',
  'aggregate',
  'refine',
  'aggregate-again',
  'refine-again',
  'write-table',
] as const;

const SHARED = new Set(['RawStream', 'ReferenceTable']);

export const secondTemplate = (t: Template, run: string): Template => {
  const owned = <R extends { readonly name: string; readonly logicalId?: string }>(all: readonly R[]): readonly R[] =>
    all.filter((r) => r.logicalId === undefined || !SHARED.has(r.logicalId));
  const from = `${t.service}-${t.stage}-`;
  const stage = `${t.stage}-r${run}`;
  const to = (name: string): string =>
    name.startsWith(from) ? `${t.service}-${stage}-${name.slice(from.length)}` : `${name}-r${run}`;
  const renamed = new Map(
    [...owned(t.streams), ...owned(t.tables), ...owned(t.buckets), ...t.queues].map(({ name }) => [name, to(name)]),
  );
  const nameOf = (name: string): string => renamed.get(name) ?? name;
  /** A name, or an address that ends with one. */
  const settingOf = (value: string): string => {
    const at = value.lastIndexOf('/') + 1;
    return value.slice(0, at) + nameOf(value.slice(at));
  };
  const rename = <R extends { readonly name: string }>(r: R): R => ({ ...r, name: nameOf(r.name) });
  const triggerOf = (trigger: Trigger): Trigger => {
    if (trigger.kind === 'queue') return { ...trigger, queue: nameOf(trigger.queue) };
    if (trigger.kind !== 'stream') return trigger;
    const { onFailure } = trigger;
    return { ...trigger, stream: nameOf(trigger.stream), onFailure: onFailure === null ? null : nameOf(onFailure) };
  };
  const functionOf = (fn: FunctionTemplate): FunctionTemplate => ({
    ...fn,
    fullName: to(fn.fullName),
    environment: {
      ...Object.fromEntries(Object.entries(fn.environment).map(([name, value]) => [name, settingOf(value)])),
      RUN: run,
    },
    triggers: fn.triggers.map(triggerOf),
  });
  const functions = SECOND_FUNCTIONS.flatMap((name) => t.functions.filter((fn) => fn.name === name));
  return {
    ...t,
    stage,
    streams: t.streams.map(rename),
    tables: t.tables.map(rename),
    buckets: t.buckets.map(rename),
    queues: t.queues.map(rename),
    secrets: [],
    roles: [],
    functions: functions.map(functionOf),
  };
};

/** What of a second run's template is its own: made with it, removed with it. */
export const ownOf = (
  first: Template,
  second: Template,
): Pick<Template, 'streams' | 'tables' | 'buckets' | 'queues'> => {
  const theirs = new Set([...first.streams, ...first.tables, ...first.buckets, ...first.queues].map((r) => r.name));
  const own = <R extends { readonly name: string }>(all: readonly R[]) => all.filter((r) => !theirs.has(r.name));
  return {
    streams: own(second.streams),
    tables: own(second.tables),
    buckets: own(second.buckets),
    queues: own(second.queues),
  };
};
