// What a bench answers: figures, each with what is wanted of it and what the peer did in the same run.

export type Goal = {
  /** The goal of docs/performance.md that it belongs to: `1` to `10`, `local`, `latency`. */
  readonly goal: string;
  /** Names the figure for good: results of several days are compared by it. */
  readonly what: string;
  readonly figure: number;
  /** `x`: how many times less than the peer. */
  readonly unit: string;
  /** What is wanted; absent: a figure that belongs to the picture. */
  readonly most?: number;
  readonly least?: number;
  /** Ours and the peer's, in one unit, where the figure is their ratio or they stand beside it. */
  readonly ours?: number;
  readonly peer?: { readonly name: string; readonly figure: number; readonly unit: string };
  readonly note?: string;
};

/** One line of a picture: the same axes for all curves of a bench that share `picture`. */
export type Curve = {
  readonly picture: string;
  readonly name: string;
  readonly x: string;
  readonly y: string;
  readonly points: readonly (readonly [x: number, y: number])[];
};

/** Where the processor's time went, as a sampling profiler saw it. */
export type Profile = {
  readonly of: string;
  readonly when: string;
  readonly lines: readonly { readonly name: string; readonly share: number }[];
};

export type Outcome = {
  readonly goals: readonly Goal[];
  readonly curves?: readonly Curve[];
  readonly profiles?: readonly Profile[];
  /** Versions of what was installed for this bench alone. */
  readonly versions?: Readonly<Record<string, string>>;
};

export type Bench = (tell: (line: string) => void) => Promise<Outcome>;

/** undefined: nothing is wanted. */
export const isMet = ({ figure, most, least }: Goal): boolean | undefined =>
  most === undefined && least === undefined
    ? undefined
    : figure <= (most ?? Number.POSITIVE_INFINITY) && figure >= (least ?? Number.NEGATIVE_INFINITY);

/** Of our figure and the peer's, both the same unit, less is better. */
export const timesLess = (
  goal: string,
  what: string,
  ours: number,
  peer: NonNullable<Goal['peer']>,
  least?: number,
): Goal => ({ goal, what, figure: peer.figure / ours, unit: 'x', ours, peer, ...(least !== undefined && { least }) });

export const number = (n: number): string => {
  if (!Number.isFinite(n)) return String(n);
  if (Number.isInteger(n)) return n.toLocaleString('en-US');
  return Math.abs(n) >= 100 ? Math.round(n).toLocaleString('en-US') : String(Number(n.toPrecision(3)));
};

const wantedOf = ({ most, least }: Goal): string => {
  if (most !== undefined) return `, goal <= ${number(most)}`;
  return least !== undefined ? `, goal >= ${number(least)}` : '';
};

export const lineOf = (g: Goal): string => {
  const met = isMet(g);
  const sides =
    g.peer === undefined
      ? ''
      : ` (${g.ours === undefined ? '' : `${number(g.ours)} ${g.peer.unit}; `}${g.peer.name} ${number(g.peer.figure)} ${g.peer.unit})`;
  const verdict = met === undefined ? '' : met ? ' met' : ' NOT MET';
  return `goal ${g.goal} · ${g.what}: ${number(g.figure)} ${g.unit}${sides}${wantedOf(g)}${verdict}${g.note === undefined ? '' : ` · ${g.note}`}`;
};
