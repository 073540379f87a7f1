// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts are source code
// Head and hops: clocks, ticks, marks, ends, prefixes, ancestors, claims, rejected events.
import { edit, type Mutant } from './mutant.ts';

const VALIDATE = 'shared/steps/validate.ts';
const TAKE = 'shared/steps/validate/take.ts';
const ENDS = 'shared/steps/validate/announce-ends.ts';
const CLOCK = 'shared/steps/shard-clock.ts';
const HOP = 'shared/steps/hop.ts';
const ANCESTORS = 'shared/steps/ancestors.ts';
const CLAIMS = 'shared/steps/claims.ts';
const TREE = 'shared/steps/tree.ts';
const CHECKPOINT = 'shared/steps/checkpoint.ts';

const MARK_LOOP = `    for (const g of owned)
      outbox.add(g, { kind: 'mark', lane: lane(shard.id, g), pos: endOf(last.seq), clock: now().clock });
    await outbox.flush();`;

export const head: readonly Mutant[] = [
  {
    name: 'noEnd',
    protects: 'the lanes of a raw shard that was split or merged are ended',
    section: '5.2',
    edits: [edit(VALIDATE, 'await announceEnds({ ...deps, tree }, batch.shard, before === undefined, outbox);', ';')],
  },
  {
    name: 'endsOneRetention',
    protects: 'a shard’s first record announces the ends of its ancestors also when it comes days after the reshard',
    section: '5.2',
    edits: [edit(ENDS, '(isFirst ? Math.max(once, PRUNED_AFTER - STREAMS * once) : once)', 'once * (isFirst ? 1 : 1)')],
    directed: 'the lanes of a split shard end once, also days later',
  },
  {
    name: 'endsForEver',
    protects: 'ends of ancestors that closed long ago are not announced again: it would undo pruning',
    section: '13',
    edits: [edit(ENDS, 'if (p.closedAt !== null && p.closedAt < oldest) continue;', '')],
    directed: 'the lanes of a split shard end once, also days later',
  },
  {
    name: 'endOneLevel',
    protects: 'ends are announced for all ancestors, also behind one that had no record',
    section: '13',
    edits: [edit(TREE, '      await walk(parent);\n', '')],
  },
  {
    name: 'markFirst',
    protects: 'a mark follows the events that it speaks for',
    section: '5.2',
    edits: [
      edit(
        VALIDATE,
        MARK_LOOP,
        `    const early = new Outbox(deps.validated, groups, deps.patience);
    for (const g of owned)
      early.add(g, { kind: 'mark', lane: lane(shard.id, g), pos: endOf(last.seq), clock: now().clock });
    await early.flush();
    await outbox.flush();`,
      ),
    ],
  },
  {
    name: 'markWholeBatch',
    protects: 'the mark names the end of the prefix that was emitted, not of the batch',
    section: '5.2',
    edits: [edit(VALIDATE, 'pos: endOf(last.seq)', 'pos: endOf((batch.records.at(-1) as StreamRecord).seq)')],
  },
  {
    name: 'marksOnlyWithData',
    protects: 'marks go to all groups of the shard, also to those without events in the batch',
    section: '5.2',
    edits: [
      edit(
        VALIDATE,
        'const outbox = new Outbox(deps.validated, groups, deps.patience);',
        'const outbox = Object.assign(new Outbox(deps.validated, groups, deps.patience), { had: new Set<number>() });',
      ),
      edit(
        TAKE,
        'at = onEvent(at, verdict.time, record.arrival, deps.delay);',
        'at = onEvent(at, verdict.time, record.arrival, deps.delay);\n          (outbox as unknown as { had: Set<number> }).had.add(group);',
      ),
      edit(
        VALIDATE,
        "    for (const g of owned)\n      outbox.add(g, { kind: 'mark'",
        "    for (const g of owned)\n      if (outbox.had.has(g)) outbox.add(g, { kind: 'mark'",
      ),
    ],
  },
  {
    name: 'noMarks',
    protects: 'head says in every lane how far the raw shard has come',
    section: '5.2',
    edits: [edit(VALIDATE, MARK_LOOP, '    await outbox.flush();')],
  },
  {
    name: 'checkpointFirst',
    protects: 'the checkpoint with the clock is written after the emission',
    section: '5.2',
    edits: [
      edit(
        VALIDATE,
        MARK_LOOP,
        `    await marks.advance(batch.shard, last.seq, { clock: now().clock, rose: now().rose as EpochMs });\n${MARK_LOOP}`,
      ),
    ],
    directed: 'the clock that head keeps is that of the prefix it sent',
  },
  {
    name: 'checkpointFalls',
    protects: 'a copy of an older batch does not move a checkpoint back',
    section: '3',
    edits: [edit(CHECKPOINT, "{ kind: 'below', field: 'q', value: q }", 'undefined')],
    directed: 'an older batch’s copy does not move a checkpoint back',
  },
  {
    name: 'clockForgotten',
    protects: 'head’s clock is kept in its checkpoint, so that a cold start goes on from it',
    section: '2',
    edits: [
      edit(
        VALIDATE,
        'const start: ShardClock = before\n',
        'const start: ShardClock = before && announced.has(batch.shard)\n',
      ),
    ],
    directed: 'an idle minute is counted from the last record that kept up',
  },
  {
    name: 'noCap',
    protects: 'an event moves the clock at most to its arrival',
    section: '13',
    edits: [edit(CLOCK, 'const capped = Math.min(time, arrival);', 'const capped = time;')],
    directed: 'an event from the near future does not make others late',
  },
  {
    name: 'noAhead',
    protects: 'an event too far in the future is rejected',
    section: '2',
    edits: [edit('shared/steps/judge.ts', '=> aheads.get(type) ?? AHEAD;', '=> (aheads.get(type) ?? AHEAD) * 1e12;')],
    directed: 'an event of 2099 is rejected and closes nothing',
  },
  {
    name: 'tickAll',
    protects: 'a tick moves time on only in a shard that was silent for a minute by its arrivals',
    section: '13',
    edits: [edit(CLOCK, 'c.rose !== null && arrival - c.rose >= SILENCE ?', 'c.rose !== null ?')],
    directed: 'ticks move time on only where a shard was silent',
  },
  {
    name: 'tickRose',
    protects: 'an on-time event keeps a tick away, also one that does not raise the clock',
    section: '13',
    edits: [edit(CLOCK, 'if (capped <= c.clock - delay) return c;', 'if (capped <= c.clock) return c;')],
    directed: 'ticks move time on only where a shard was silent',
  },
  {
    name: 'tickNoFirst',
    protects: 'the first record of a shard starts the minute of silence, tick or not',
    section: '13',
    edits: [
      edit(
        CLOCK,
        'c.rose !== null && arrival - c.rose >= SILENCE ?',
        'c.rose === arrival || arrival - (c.rose ?? 0) >= SILENCE ?',
      ),
    ],
    directed: 'ticks move time on only where a shard was silent',
  },
  {
    name: 'tickNever',
    protects: 'a tick moves a silent shard on',
    section: '2',
    edits: [edit(TAKE, 'if (ticks) at = onTick(at, record.arrival, transport);', '')],
  },
  {
    name: 'tickBack',
    protects: 'a tick never moves the clock back',
    section: '2',
    edits: [edit(CLOCK, 'clock: Math.max(c.clock, arrival - transport)', 'clock: arrival - transport')],
    directed: 'ticks move time on only where a shard was silent',
  },
  {
    name: 'tickNoTransport',
    protects: 'a tick leaves the transport time to events that are on their way',
    section: '14',
    edits: [edit(CLOCK, 'clock: Math.max(c.clock, arrival - transport)', 'clock: Math.max(c.clock, arrival)')],
    directed: 'ticks move time on only where a shard was silent',
  },
  {
    name: 'unorderedEsm',
    protects: 'head reads a shard only after all its ancestors, whatever the mapping offers',
    section: '4',
    edits: [edit(VALIDATE, '      await ensureAncestorsRead(deps.raw, tree, batch.shard, doneUpTo);\n', '')],
    directed: 'head refuses a child before its ancestors',
  },
  {
    name: 'unorderedEsmHop',
    protects: 'a hop reads a shard only after all its ancestors',
    section: '4',
    edits: [
      edit(
        HOP,
        'if ((await done(shard)) === undefined) await ensureAncestorsRead',
        "if ((await done(shard)) === '') await ensureAncestorsRead",
      ),
    ],
  },
  {
    name: 'unorderedEsmAggregate',
    protects: 'aggregate reads a shard only after all its ancestors',
    section: '4',
    edits: [
      edit('shared/steps/aggregate/aggregate.ts', 'await ensureAncestorsRead(deps.from, tree, shard, doneUpTo);', ''),
    ],
    directed: 'aggregate refuses a child before its ancestors',
  },
  {
    name: 'ancestorsOneLevel',
    protects: 'an ancestor without records passes the question up',
    section: '4',
    edits: [
      edit(ANCESTORS, 'if (above !== undefined) await ask(above.parents);', 'if (above !== undefined) continue;'),
    ],
    directed: 'head refuses a child before its ancestors',
  },
  {
    name: 'idleNotKept',
    protects: 'a shard whose last batch counted nothing does not hold up its children',
    section: '4',
    edits: [
      edit(
        'shared/steps/aggregate/aggregate.ts',
        'if (through > head.through) await idle.advance(shard, through);',
        '',
      ),
    ],
  },
  {
    name: 'noTree',
    protects: 'the links between shards are kept longer than ListShards keeps them',
    section: '13',
    edits: [edit(TREE, 'rows = { ...(unpackJson(item.rows as Uint8Array) as Rows), ...rows };', '')],
    directed: 'marks are inherited through a shard that ListShards forgot',
  },
  {
    name: 'answerTooFar',
    protects: 'a hop answers with the first record that is not wholly emitted',
    section: '5.2',
    edits: [edit(HOP, '    return { done, told', '    return { done: Math.min(done + 1, batch.records.length), told')],
  },
  {
    name: 'headAnswersTooFar',
    protects: 'head answers with the first record that is not wholly emitted',
    section: '5.2',
    edits: [
      edit(VALIDATE, '    return { done, told', '    return { done: Math.min(done + 1, batch.records.length), told'),
    ],
  },
  {
    name: 'rejectsBestEffort',
    protects: 'a batch of a hop is done only when its rejected events are stored',
    section: '5.2',
    edits: [
      edit(
        HOP,
        "await keepAside(deps.rejected, sideDoorKey('rejected', deps.run, deps.stage, first.arrival, name), aside);",
        "await keepAside(deps.rejected, sideDoorKey('rejected', deps.run, deps.stage, first.arrival, name), aside).catch(() => undefined);",
      ),
    ],
    directed: 'a rejected event is stored before its batch is done',
  },
  {
    name: 'headRejectsBestEffort',
    protects: 'a batch of head is done only when its rejected events are stored',
    section: '5.2',
    edits: [
      edit(
        VALIDATE,
        "await keepAside(deps.rejected, sideDoorKey('rejected', run, STAGE, first.arrival, name), lines);",
        "await keepAside(deps.rejected, sideDoorKey('rejected', run, STAGE, first.arrival, name), lines).catch(() => undefined);",
      ),
    ],
    directed: 'a rejected event is stored before its batch is done',
  },
  {
    name: 'claimNotMine',
    protects: 'a position that claimed an id before keeps it when its batch comes again',
    section: '14',
    edits: [edit(CLAIMS, 'if (found?.owner === c.owner) return true;', '')],
    directed: 'an id sent twice counts once, whatever is delivered again',
  },
  {
    name: 'claimNever',
    protects: 'a second position of an id is a duplicate',
    section: '14',
    edits: [
      edit(CLAIMS, "const first = await table.put(mine, { kind: 'absent' });", 'const first = await table.put(mine);'),
    ],
    directed: 'an id sent twice counts once, whatever is delivered again',
  },
  {
    name: 'claimForEver',
    protects: 'a claim whose time is over is taken over, though the table still holds it',
    section: '14',
    edits: [
      edit(
        CLAIMS,
        'if (found === undefined || (found.until as number) > c.arrival) return false;',
        'if (found !== undefined) return false;',
      ),
    ],
    directed: 'an id sent twice counts once, whatever is delivered again',
  },
  {
    name: 'claimTakenTwice',
    protects: 'of two that take an old claim over one wins',
    section: '14',
    edits: [edit(CLAIMS, "{ kind: 'equals', field: 'owner', value: found.owner as string }", 'undefined')],
    directed: 'two that take over an old claim at once: one wins',
  },
];
