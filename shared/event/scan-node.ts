// A scan plan made ready to run: names as bytes, patterns as regular expressions, every rule a field, so that all nodes have one shape.
import { ANY, type ScanNode as Plan } from '../schema/scan-plan.ts';
import { ScanNames } from './scan-names.ts';

export type Check = (value: unknown) => boolean;

/** Names are counted off in two numbers of 30 bits. */
export const LOW_BITS = 30;
const bitsOf = (numbers: readonly number[], from: number): number =>
  numbers.reduce((bits, n) => (n >= from && n < from + LOW_BITS ? bits | (1 << (n - from)) : bits), 0);

const LEAST = Number.NEGATIVE_INFINITY;
const MOST = Number.POSITIVE_INFINITY;
/** More characters or elements than an event can hold, and still a small integer. */
const MOST_COUNT = 2 ** 30 - 1;

export class ScanNode {
  readonly types: number;
  /** Nothing but the grammar is to be checked: of any value, of a text but for its length. */
  readonly free: boolean;
  readonly freeText: boolean;
  /** The texts allowed, in bytes and as they are; null: all. */
  readonly texts: ScanNames | null;
  readonly textList: readonly string[];
  readonly minLength: number;
  readonly maxLength: number;
  readonly pattern: RegExp | null;
  readonly dateTime: boolean;
  readonly time: boolean;
  readonly check: Check | null;
  readonly numbers: readonly number[] | null;
  readonly integer: boolean;
  readonly minimum: number;
  readonly maximum: number;
  readonly exclusiveMinimum: number;
  readonly exclusiveMaximum: number;
  readonly names: ScanNames;
  readonly properties: readonly ScanNode[];
  readonly requiredLow: number;
  readonly requiredHigh: number;
  /** Names that are not known are refused. */
  readonly closed: boolean;
  /** Of names that are not known; null: anything. */
  readonly rest: ScanNode | null;
  readonly items: ScanNode | null;
  readonly minItems: number;
  readonly maxItems: number;

  constructor(plan: Plan, checks: readonly Check[]) {
    const inner = (p: Plan | undefined): ScanNode | null => (p === undefined ? null : new ScanNode(p, checks));
    this.types = plan.types;
    this.free = plan.types === ANY && Object.keys(plan).length === 1;
    this.texts = plan.texts === undefined ? null : new ScanNames(plan.texts);
    this.textList = plan.texts ?? [];
    this.minLength = plan.minLength ?? 0;
    this.maxLength = Math.min(plan.maxLength ?? MOST_COUNT, MOST_COUNT);
    this.pattern = plan.pattern === undefined ? null : new RegExp(plan.pattern, 'u');
    this.dateTime = plan.dateTime ?? false;
    this.time = plan.time ?? false;
    this.check = plan.check === undefined ? null : (checks[plan.check] as Check);
    this.numbers = plan.numbers ?? null;
    this.integer = plan.integer ?? false;
    this.minimum = plan.minimum ?? LEAST;
    this.maximum = plan.maximum ?? MOST;
    this.exclusiveMinimum = plan.exclusiveMinimum ?? LEAST;
    this.exclusiveMaximum = plan.exclusiveMaximum ?? MOST;
    this.freeText = this.texts === null && this.pattern === null && !this.dateTime && !this.time && this.check === null;
    this.names = new ScanNames(plan.names ?? []);
    this.properties = (plan.properties ?? []).map((p) => new ScanNode(p, checks));
    this.requiredLow = bitsOf(plan.required ?? [], 0);
    this.requiredHigh = bitsOf(plan.required ?? [], LOW_BITS);
    this.closed = plan.rest === false;
    this.rest = inner(plan.rest === false ? undefined : plan.rest);
    this.items = inner(plan.items);
    this.minItems = plan.minItems ?? 0;
    this.maxItems = Math.min(plan.maxItems ?? MOST_COUNT, MOST_COUNT);
  }
}
