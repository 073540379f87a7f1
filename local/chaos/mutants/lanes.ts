// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts are source code
// Lanes, marks, ends: what travels in the streams and how far it was counted.
import { edit, type Mutant } from './mutant.ts';

const FOLD = 'shared/steps/aggregate/fold-batch.ts';
const MARKS = 'shared/steps/ledger/lane-marks.ts';
const INHERIT = 'shared/steps/ledger/inherit.ts';
const TAKE = 'shared/steps/validate/take.ts';
const EMIT = 'shared/lanes/emit.ts';
const ROSTER = 'shared/steps/roster.ts';
const EVENT_FILTER = 'if (!isBeyond(mark, item.seq, item.index, item.child)) continue;';

export const lanes: readonly Mutant[] = [
  {
    name: 'noLaneMarks',
    protects: 'an event at or below its lane’s mark is not counted again (only the shard’s position is looked at)',
    section: '5.3',
    edits: [
      edit(FOLD, EVENT_FILTER, ''),
      edit(
        'shared/steps/aggregate/aggregate.ts',
        'foldBatch(folders, head.lanes, items, clock.now(), known, read, columns)',
        'foldBatch(folders, head.lanes, countable({ ...batch, records: batch.records.filter((r) => padSeq(r.seq) > head.through) }, []), clock.now())',
      ),
    ],
  },
  {
    name: 'noFilter',
    protects: 'what a batch brings again is dropped by its position',
    section: '5.3',
    edits: [edit(FOLD, EVENT_FILTER, '')],
  },
  {
    name: 'noInherit',
    protects: 'a child shard goes on from the marks of its parents',
    section: '5.3',
    edits: [edit(INHERIT, 'if (groupOfLane(lane) !== group) continue;', 'continue;')],
  },
  {
    name: 'inheritOneLevel',
    protects: 'marks are inherited through a parent that has no entry',
    section: '13',
    edits: [edit(INHERIT, 'await up(parent, group);\n        continue;', 'continue;')],
  },
  {
    name: 'inheritAll',
    protects: 'a child shard takes only the lanes of the groups in its range',
    section: '13',
    edits: [edit(INHERIT, 'if (groupOfLane(lane) !== group) continue;', '')],
    directed: 'a pruned lane does not come back by another shard',
  },
  {
    name: 'endIsNoMark',
    protects: 'nothing of a lane counts after its END',
    section: '13',
    edits: [edit(MARKS, 'm.endedAt === 0 && isAfter', 'isAfter')],
    directed: 'nothing of a lane counts after its end',
  },
  {
    name: 'endResurrects',
    protects: 'an END that comes again does not start its child lanes anew',
    section: '5.3',
    edits: [
      edit(FOLD, 'if (mark.endedAt > 0) return;', ''),
      edit(FOLD, 'for (const next of item.next) if (!lanes.has(next)) lanes', 'for (const next of item.next) lanes'),
    ],
  },
  {
    name: 'childAtStart',
    protects: 'a child lane joins with its parent’s clock',
    section: '5.3',
    edits: [
      edit(
        FOLD,
        'if (!lanes.has(next)) lanes.set(next, { ...NEW_LANE, clock: mark.clock });',
        'if (!lanes.has(next)) lanes.set(next, { ...NEW_LANE });',
      ),
    ],
  },
  {
    name: 'clockFalls',
    protects: 'a lane’s clock never falls (the first mark of a child shard may say less than its parent’s last)',
    section: '6, I4',
    edits: [edit(FOLD, 'const clock = Math.max(mark.clock, item.clock);', 'const clock = item.clock;')],
    directed: 'a lane’s clock stays where a lower mark comes',
  },
  {
    name: 'positionsAsNumbers',
    protects: 'positions are compared as text: 56 digits are no Number',
    section: '2',
    edits: [
      edit(
        MARKS,
        'if (seq !== m.seq) return seq > m.seq;',
        'if (Number(seq) !== Number(m.seq)) return Number(seq) > Number(m.seq);',
      ),
    ],
  },
  {
    name: 'noIndex',
    protects: 'events of one raw record differ by their index',
    section: '2',
    edits: [edit(TAKE, 'index: user.index,\n            child: 0,', 'index: 0,\n            child: 0,')],
  },
  {
    name: 'noChild',
    protects: 'rows that one event fans out to differ by their child number',
    section: '5.5',
    edits: [edit('shared/steps/transform.ts', '{ ...from, child, bytes }', '{ ...e, child: 0, bytes }')],
    directed: 'an event that two queries pass on counts for both',
  },
  {
    name: 'coarseLane',
    protects: 'a lane is a raw shard and a key group: groups of one shard go different ways',
    section: '1',
    edits: [edit('shared/lanes/position.ts', '`${shard}/${group}`', '`${shard}/0`')],
  },
  {
    name: 'emitUnordered',
    protects: 'the next record of a group is put only after the one before was acknowledged',
    section: '5.1',
    edits: [
      edit(
        EMIT,
        'if (records.length > 0) chains.push({ group, records, next: 0 });',
        'for (const r of records) chains.push({ group, records: [r], next: 0 });',
      ),
    ],
    directed: 'a group’s records keep their order when the first is refused',
  },
  {
    name: 'failedIsSent',
    protects: 'a record that PutRecords refused is sent again',
    section: '5.1',
    edits: [edit(EMIT, 'if (!o.ok) return;', '')],
  },
  {
    name: 'emitNotAwaited',
    protects: 'nothing is in flight when a function answers',
    section: '5.1',
    edits: [
      edit(
        'shared/lanes/outbox.ts',
        'await emit(this.#stream, groups, this.#ring, this.#patience);',
        'void emit(this.#stream, groups, this.#ring, this.#patience).catch(() => undefined);',
      ),
    ],
  },
  {
    name: 'runOverRewind',
    protects: 'a stamp’s run of events breaks where a redelivery rewinds the lane',
    section: 'lanes/block.ts',
    edits: [
      edit(
        'shared/lanes/block.ts',
        "next.kind !== 'event' || next.lane !== lane || next.seq < seq",
        "next.kind !== 'event' || next.lane !== lane",
      ),
    ],
    directed: 'a redelivered run of events counts once',
  },
  {
    name: 'hopRegroups',
    protects: 'a hop never changes an event’s key group',
    section: '5.2',
    edits: [
      edit(
        'shared/steps/hop.ts',
        'for (const e of out) outbox.add(groupOfLane(e.lane), e);',
        'for (const e of out) outbox.add((groupOfLane(e.lane) + (e.index % 2)) % deps.groups, e);',
      ),
    ],
  },
  {
    name: 'hopKeepsMarks',
    protects: 'a hop passes marks and ends on',
    section: '5.2',
    edits: [edit('shared/steps/hop.ts', 'if (deps.passMarks) outbox.add(groupOfLane(item.lane), item);', '')],
  },
  {
    name: 'sharedRefinedLane',
    protects: 'each query’s rows and marks have lanes of their own',
    section: '5.5',
    edits: [
      edit(
        ROSTER,
        '`${REFINED}${fn}.${query}.${part}/${group}`',
        '`${REFINED}${fn}.all${query.length * 0}.${part}/${group}`',
      ),
      edit(
        ROSTER,
        '(isRefinedLane(lane) ? reads.has(queryOfLane(lane)) : raw)',
        'isRefinedLane(lane) ? reads.size > 0 : raw',
      ),
    ],
  },
  {
    name: 'rosterAll',
    protects: 'a query waits only for the lanes of the queries that it reads',
    section: '5.5',
    edits: [
      edit(
        ROSTER,
        '(isRefinedLane(lane) ? reads.has(queryOfLane(lane)) : raw)',
        'isRefinedLane(lane) || reads.size > 0 || raw',
      ),
    ],
  },
];
