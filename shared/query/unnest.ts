// UNNEST: a row for each element of an array or entry of a map.
import { evaluator, type UserFunctions } from './evaluate.ts';
import type { Unnest } from './plan.ts';
import type { SqlType, Value } from './types.ts';

/** More would make an event of 1 MB thousands of rows; child numbers have room for as many (lanes/position.ts). */
export const MAX_ELEMENTS = 1_000;

/** The slots of one element. A NULL among ROWs gives NULL in each field. */
const slotsOf = (type: SqlType, width: number): ((element: Value) => readonly Value[]) => {
  if (type.kind !== 'ROW') return (element) => [element];
  const none: readonly Value[] = new Array(width).fill(null);
  return (element) => (element === null ? none : (element as readonly Value[]));
};

const elementType = (type: SqlType): SqlType => (type.kind === 'ARRAY' ? type.element : type);

/** @returns the slots that each element adds, in order; a map's entries in the order of the event */
export const unnester = (
  { array, columns, ordinality, keepsEmpty }: Unnest,
  functions: UserFunctions | undefined,
): ((row: readonly Value[]) => readonly (readonly Value[])[]) => {
  const read = evaluator(array, functions);
  const width = columns.length;
  const slots = slotsOf(elementType(array.type), width);
  const empty: readonly (readonly Value[])[] = keepsEmpty ? [new Array(width + Number(ordinality)).fill(null)] : [];
  return (row) => {
    const value = read(row);
    const elements: readonly (readonly Value[])[] =
      value === null ? [] : value instanceof Map ? [...value] : (value as readonly Value[]).map(slots);
    if (elements.length > MAX_ELEMENTS)
      throw new RangeError(`UNNEST of ${elements.length} elements; at most ${MAX_ELEMENTS} of one event are taken`);
    if (elements.length === 0) return empty;
    return ordinality ? elements.map((e, i) => [...e, i + 1]) : elements;
  };
};
