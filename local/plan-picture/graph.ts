// What a query does, as operators and the rows between them: the same steps that the plan has, with a type for every column.
import type { SqlType } from '../../shared/query/types.ts';

export type Slot = { readonly name: string; readonly type: SqlType };

export type Operator = {
  readonly kind: 'stream' | 'reference' | 'operator' | 'destination';
  readonly title: string;
  /** What it does, a line each. */
  readonly does: readonly string[];
  /** Columns of the rows that come out of it; of a destination, those that it keeps. */
  readonly row: readonly Slot[];
  /** What comes in, by place in the list of operators. */
  readonly from: readonly number[];
};

/** Operators stand behind all that they read. */
export type Graph = readonly Operator[];

export type GraphBuilder = {
  /** @returns its place */
  add(operator: Operator): number;
  rowOf(place: number): readonly Slot[];
  readonly graph: Operator[];
};

export const graphBuilder = (): GraphBuilder => {
  const graph: Operator[] = [];
  return {
    graph,
    add: (operator) => graph.push(operator) - 1,
    rowOf: (place) => graph[place]?.row ?? [],
  };
};

export const namesOf = (row: readonly Slot[]): readonly string[] => row.map((s) => s.name);

/** Several graphs beside each other. */
export const joined = (graphs: readonly Graph[]): Graph => {
  const all: Operator[] = [];
  for (const graph of graphs) {
    const before = all.length;
    all.push(...graph.map((o) => ({ ...o, from: o.from.map((f) => f + before) })));
  }
  return all;
};
