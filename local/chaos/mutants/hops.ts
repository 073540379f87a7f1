// What the KPL sends again, and the rows of one event.
import { edit, type Mutant } from './mutant.ts';

const PLACE = 'shared/steps/validate/place.ts';
const RESENDS = 'what the KPL sends again counts once, what others put under one key counts';
const CHILDREN = 'an event’s rows keep their places when a deploy adds or removes a query';
const TRANSFORM = 'shared/steps/transform.ts';

export const hops: readonly Mutant[] = [
  {
    name: 'kplKeepsResend',
    protects: 'what the KPL sends again after a wrong prediction counts once',
    section: '14',
    edits: [edit(PLACE, "sourceOf(seen)?.producer === 'kpl'", 'false')],
    directed: RESENDS,
  },
  {
    name: 'kplForAll',
    protects: 'sub-records of other producers count wherever they lie',
    section: '14',
    edits: [
      edit(PLACE, "  if (sources.every((s) => s.producer !== 'kpl')) return () => false;\n", ''),
      edit(PLACE, "sourceOf(seen)?.producer === 'kpl'", 'true'),
    ],
    directed: RESENDS,
  },
  {
    name: 'childByPlan',
    protects: 'a row’s child number follows from its query, not from the others of the plan',
    section: '5.5',
    edits: [
      edit(
        TRANSFORM,
        '.map((q) => ({ ...q, child: childOf(q.query.id) })).sort(',
        '.map((q, i) => ({ ...q, child: i })).sort(',
      ),
    ],
    directed: CHILDREN,
  },
  {
    name: 'childUnsorted',
    protects: 'rows of one event stand in the order of their child numbers',
    section: '5.5',
    edits: [edit(TRANSFORM, '.sort((a, b) => a.child - b.child);', '.sort((a, b) => b.child - a.child);')],
    directed: CHILDREN,
  },
];
