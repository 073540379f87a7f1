// millrace failed, millrace late: what left by a side door, put right and sent again.
import { userInfo } from 'node:os';
import { styleText } from 'node:util';
import { ownerOf } from '../../shared/steps/resubmit.ts';
import { wouldWork } from '../build/did-you-mean.ts';
import type { Entry } from '../failed/entry.ts';
import { discard, keepFixes, readable, type Tried, tryRepair } from '../failed/fix.ts';
import { byFunction, byPatch, bySchema, type Repair } from '../failed/repair.ts';
import { isTooLate, type Left, type Planned, planResubmit } from '../failed/resubmit.ts';
import { type Filters, type Known, selectEntries } from '../failed/select.ts';
import { sendAgain } from '../failed/send-again.ts';
import {
  countsOf,
  instant,
  plural,
  showCounts,
  showPayload,
  showRows,
  showState,
  statesIn,
  table,
} from '../failed/show.ts';
import { wayOf } from '../failed/way.ts';
import { connect } from '../stage/connect.ts';
import type { StageHere } from '../stage/stage-here.ts';
import { CallError } from './call-error.ts';
import type { Call, ExitCode } from './commands.ts';
import { choiceOf, flagOf, numberOf, textOf } from './parse-call.ts';
import { progress } from './progress.ts';

type Door = Entry['door'];
type Verb = (stage: StageHere, door: Door, call: Call, ids: readonly string[]) => Promise<ExitCode>;
/** What is wrong with a call, before a stage is looked for. @throws CallError */
type Check = (door: Door, call: Call, ids: readonly string[]) => unknown;

const out = (text: string): void => void process.stdout.write(`${text}\n`);
const note = (text: string): void => void process.stderr.write(`${text}\n`);
const asJson = (value: unknown): void => out(JSON.stringify(value));
const bold = (text: string): string => styleText('bold', text, { stream: process.stdout });
const isJson = (call: Call): boolean => flagOf(call, 'json') === true;
const byOf = (call: Call): string => textOf(call, 'by') ?? userInfo().username;
const nounOf = (door: Door): string => `${door} event`;
const wordOf = (door: Door): string => (door === 'late' ? 'late' : 'failed');

const instantOf = (call: Call, name: 'from' | 'to'): number | undefined => {
  const text = textOf(call, name);
  if (text === undefined) return undefined;
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw new CallError(`--${name} is "${text}"; write an instant as 2026-01-31T12:00:00Z`);
  return at;
};

const filtersOf = (call: Call): Filters => {
  const [from, to] = [instantOf(call, 'from'), instantOf(call, 'to')];
  const [stage, rule, source] = [textOf(call, 'stage-of'), textOf(call, 'rule'), textOf(call, 'source')];
  const [type, query] = [textOf(call, 'type'), textOf(call, 'query')];
  const state = choiceOf(call, 'state', ['open', 'fixed', 'resubmitted', 'discarded']);
  return {
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(stage !== undefined && { stage }),
    ...(rule !== undefined && { rule }),
    ...(source !== undefined && { source }),
    ...(type !== undefined && { type }),
    ...(query !== undefined && { query }),
    ...(state !== undefined && { state }),
  };
};

/** What changes something wants to be told what it may change. */
const mustChoose: Check = (_, call, ids) => {
  if (ids.length === 0 && Object.keys(filtersOf(call)).length === 0 && flagOf(call, 'all') !== true)
    throw new CallError('which ones? Name ids, or --stage-of, --rule, --source, --type, --from, --to; --all takes all');
};
const chosen = (stage: StageHere, door: Door, call: Call, ids: readonly string[]): Promise<readonly Known[]> =>
  selectEntries(stage, door, filtersOf(call), ids);

const plainOf = ({ entry, state }: Known) => {
  const { payload, ...rest } = entry;
  return { ...rest, state, payload: Buffer.from(payload).toString() };
};

const DEFAULT_ROWS = 20;

const ls: Verb = async (stage, door, call) => {
  const known = await selectEntries(stage, door, filtersOf(call));
  const limit = numberOf(call, 'limit', 0, Number.MAX_SAFE_INTEGER) ?? DEFAULT_ROWS;
  if (isJson(call)) {
    asJson({
      stage: stage.name,
      events: known.length,
      counts: countsOf(known),
      rows: known.slice(0, limit).map(plainOf),
    });
    return 0;
  }
  if (known.length === 0) {
    out(`no ${door} events in ${stage.name}`);
    return 0;
  }
  const [first, last] = [known[0]?.entry.arrival ?? 0, known.at(-1)?.entry.arrival ?? 0];
  out(bold(`${plural(known.length, nounOf(door))}, ${instant(first)} to ${instant(last)}: ${statesIn(known)}`));
  out(`\n${showCounts(known)}`);
  if (limit > 0) out(`\n${showRows(known.slice(0, limit))}`);
  if (known.length > limit) out(`… ${plural(known.length - limit, 'more event')}: --limit N shows so many`);
  return 0;
};

const show: Verb = async (stage, door, call, ids) => {
  const [known] = await selectEntries(stage, door, {}, ids);
  if (known === undefined) return 1;
  const { entry: e, state } = known;
  const way = wayOf(e, (await stage.built()).pipeline);
  const owner = way.kind === 'again' ? await ownerOf(stage.ledger, stage.run, way.key) : undefined;
  if (isJson(call)) {
    asJson({ ...plainOf(known), passedAt: owner ?? null, way: way.kind === 'again' ? 'again' : way.why });
    return 0;
  }
  const late = e.late && [
    ['event time', new Date(e.late.time).toISOString()],
    ['watermark', new Date(e.late.watermark).toISOString()],
    ...(e.late.window ? [['window', e.late.window.map((at) => new Date(at).toISOString()).join(' to ')]] : []),
  ];
  out(
    table([
      ['id', e.id],
      ['stage', e.stage],
      ...(e.query === undefined ? [] : [['query', e.query]]),
      ['rule', e.rule],
      ...(e.field === undefined ? [] : [['field', e.field]]),
      ...(e.value === undefined ? [] : [['found', e.value]]),
      ['cause', e.cause],
      ...(late ?? []),
      ['position', `${e.shard} ${e.position}`],
      ['arrived', new Date(e.arrival).toISOString()],
      ...(e.again === undefined ? [] : [['first came', `${e.again.shard} ${e.again.position}`]]),
      ['state', showState(state)],
      ...(owner === undefined ? [] : [['passed', `at ${owner}`]]),
      ...(way.kind === 'none' ? [['sent again', `no: ${way.why}`]] : []),
    ]),
  );
  out(`\n${showPayload(e.payload)}`);
  const opened = await readable(stage, e);
  if (opened !== null)
    out(`\nas the registry says now:\n${opened instanceof Uint8Array ? showPayload(opened) : opened.cause}`);
  return 0;
};

const repairOf = async (call: Call): Promise<Repair> => {
  const [patch, file, schema] = [textOf(call, 'patch'), textOf(call, 'with'), flagOf(call, 'schema') === true];
  if ([patch !== undefined, file !== undefined, schema].filter(Boolean).length !== 1)
    throw new CallError(
      'how? One of --patch FILE.json (JSON Patch), --with FILE.ts (a function), --schema (repaired now)',
    );
  return patch !== undefined ? byPatch(patch) : file !== undefined ? byFunction(file) : bySchema;
};

const showTried = (t: Tried): string => {
  const verdict = t.kind === 'passes' ? 'would pass' : t.kind === 'refused' ? `would be refused: ${t.why}` : t.why;
  const before = `  - ${showPayload(t.entry.payload)}`;
  const after = t.after === undefined ? '' : `\n  + ${showPayload(t.after)}`;
  return `${bold(t.entry.id)} ${t.entry.rule}${t.entry.field === undefined ? '' : ` at ${t.entry.field}`}: ${verdict}\n${before}${after}`;
};

const fix: Verb = async (stage, door, call, ids) => {
  const repair = await repairOf(call);
  const known = await chosen(stage, door, call, ids);
  const tried = await tryRepair(stage, known, repair);
  const yes = flagOf(call, 'yes') === true;
  const count = (kind: Tried['kind']): number => tried.filter((t) => t.kind === kind).length;
  if (yes) await keepFixes(stage, tried, repair.how, byOf(call));
  if (isJson(call)) {
    const rows = tried.map((t) => ({
      id: t.entry.id,
      verdict: t.kind,
      why: t.why,
      before: Buffer.from(t.entry.payload).toString(),
      after: t.after === undefined ? null : Buffer.from(t.after).toString(),
    }));
    asJson({ kept: yes, passes: count('passes'), refused: count('refused'), skipped: count('skipped'), rows });
    return 0;
  }
  const limit = numberOf(call, 'limit', 0, Number.MAX_SAFE_INTEGER) ?? DEFAULT_ROWS;
  // Those that need another repair first.
  const shown = [...tried.filter((t) => t.kind === 'refused'), ...tried.filter((t) => t.kind !== 'refused')];
  for (const t of shown.slice(0, limit)) out(showTried(t));
  if (shown.length > limit) out(`… ${plural(shown.length - limit, 'more event')}: --limit N shows so many`);
  out(
    bold(
      `${plural(count('passes'), 'event')} would pass, ${count('refused')} would not, ${count('skipped')} left as they are.`,
    ),
  );
  if (count('passes') > 0)
    note(
      yes
        ? 'Repaired bytes are kept. Send them: millrace failed resubmit --state fixed'
        : 'Nothing is changed. Keep the repaired bytes: --yes',
    );
  return 0;
};

const fateLines = (planned: readonly Planned[]): string => {
  const fates = planned.flatMap((p) => p.fates);
  const rows = [...Map.groupBy(fates, (f) => f.query)].map(([query, all]) => [
    query,
    ...(['counts', 'revises', 'too-late'] as const).map((fate) => String(all.filter((f) => f.fate === fate).length)),
  ]);
  return rows.length === 0 ? '' : table([['query', 'counts', 'revises', 'too late'], ...rows]);
};

const leftLines = (left: readonly Left[]): string =>
  [...Map.groupBy(left, (l) => l.why)].map(([why, all]) => `  ${plural(all.length, 'event')}: ${why}`).join('\n');

const resubmit: Verb = async (stage, door, call, ids) => {
  const known = await chosen(stage, door, call, ids);
  const { planned, left } = await planResubmit(stage, known, ids.length > 0);
  // A late event is for one query: sent again too late it would only be listed once more.
  const late = door === 'late' ? planned.filter(isTooLate) : [];
  const sendable = planned.filter((p) => !late.includes(p));
  const yes = flagOf(call, 'yes') === true;
  if (yes) {
    const bar = progress();
    await sendAgain(stage, sendable, byOf(call), { told: (n) => bar.update(`${n} of ${sendable.length} sent`) });
    bar.end();
  }
  if (isJson(call)) {
    asJson({
      sent: yes ? sendable.length : 0,
      wouldSend: sendable.map((p) => ({ id: p.entry.id, fates: p.fates })),
      tooLate: late.map((p) => p.entry.id),
      left: left.map((l) => ({ id: l.entry.id, why: l.why })),
    });
    return 0;
  }
  if (planned.length > 0) out(`${fateLines(planned)}\n`);
  if (left.length > 0) out(`Not sent:\n${leftLines(left)}\n`);
  if (late.length > 0)
    out(
      `${plural(late.length, 'event')} too late for the query: its windows are closed for good; use millrace replay.\n`,
    );
  out(bold(`${plural(sendable.length, 'event')} ${yes ? 'sent again' : 'would be sent again'}.`));
  if (!yes && sendable.length > 0) note('Nothing is sent yet. Send: --yes');
  return 0;
};

const reasonOf = (call: Call): string => {
  const reason = textOf(call, 'reason');
  if (reason === undefined || reason.trim() === '')
    throw new CallError('--reason TEXT says why, for those who look later');
  return reason;
};

const drop: Verb = async (stage, door, call, ids) => {
  const known = await chosen(stage, door, call, ids);
  await discard(stage, known, reasonOf(call), byOf(call));
  if (isJson(call)) asJson({ discarded: known.map((k) => k.entry.id) });
  else out(bold(`${plural(known.length, 'event')} discarded.`));
  return 0;
};

const CHECKS: Readonly<Record<string, readonly Check[]>> = {
  ls: [
    (door, _, ids) => {
      if (ids.length > 0) throw new CallError(`millrace ${wordOf(door)} ls takes no id; show ID does`);
    },
    (_, call) => filtersOf(call),
  ],
  show: [
    (door, _, ids) => {
      const name = `millrace ${wordOf(door)}`;
      if (ids.length !== 1) throw new CallError(`${name} show needs one id; ${name} ls prints them`);
    },
  ],
  fix: [(_, call) => repairOf(call), mustChoose],
  resubmit: [mustChoose],
  discard: [(_, call) => reasonOf(call), mustChoose],
};

const VERBS: Readonly<Record<Door, Readonly<Record<string, Verb>>>> = {
  rejected: { ls, show, fix, resubmit, discard: drop },
  late: { ls, show, resubmit, discard: drop },
};

const commandOf =
  (door: Door) =>
  async (call: Call): Promise<ExitCode> => {
    const [verb = '', ...ids] = call.words;
    const does = Object.hasOwn(VERBS[door], verb) ? VERBS[door][verb] : undefined;
    if (does === undefined)
      throw new CallError(
        `millrace ${wordOf(door)} has no "${verb}"; ${wouldWork(verb, Object.keys(VERBS[door]), 'it may be')}`,
      );
    for (const check of CHECKS[verb] ?? []) await check(door, call, ids);
    const [name, region, pipeline] = [textOf(call, 'stage'), textOf(call, 'region'), textOf(call, 'pipeline')];
    const stage = await connect({
      ...(name !== undefined && { stage: name }),
      ...(region !== undefined && { region }),
      ...(pipeline !== undefined && { pipeline }),
    });
    try {
      return await does(stage, door, call, ids);
    } finally {
      await stage.close();
    }
  };

export const failed = commandOf('rejected');
export const late = commandOf('late');
