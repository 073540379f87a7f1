// What a scanner needs to know of a schema: plain data, written by plan-scan.ts when the pipeline is built, read by event/scan.ts.

/** Types of JSON values as bits. */
export const NULL = 1;
export const FALSE = 2;
export const TRUE = 4;
export const NUMBER = 8;
export const TEXT = 16;
export const LIST = 32;
export const OBJECT = 64;
export const ANY = 127;

/** Rules for one value; those of a type that the value is not do not apply, as in JSON Schema. */
export type ScanNode = {
  /** Bits of the types that are allowed. */
  readonly types: number;
  /** The values allowed, of an `enum` or `const`; `types` says which of null, true and false are. */
  readonly texts?: readonly string[];
  readonly numbers?: readonly number[];
  /** In code points. */
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly dateTime?: true;
  readonly integer?: true;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  /** Number of a compiled check that takes the value itself: for texts, numbers, booleans and null. */
  readonly check?: number;
  readonly names?: readonly string[];
  readonly properties?: readonly ScanNode[];
  /** Numbers of the names that must be there. */
  readonly required?: readonly number[];
  /** Of other names; false: there may be none. Absent: anything. */
  readonly rest?: ScanNode | false;
  readonly items?: ScanNode;
  readonly minItems?: number;
  readonly maxItems?: number;
  /** The field marked `x-time`. */
  readonly time?: true;
};

/** `checks`: of rules beyond the scanner that concern one text, number, boolean or null. */
export type ScanPlan = { readonly root: ScanNode; readonly checks: readonly ((value: unknown) => boolean)[] };
