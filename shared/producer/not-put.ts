export type NotPutFacts = {
  /**
   * `refused`: the same event will never be taken. `not-stored`: it is not stored, and may be put again. `unknown`: an answer was lost,
   * so it may be stored; put again it may be there twice, with the same id.
   */
  readonly kind: 'refused' | 'not-stored' | 'unknown';
  /** As in the pipeline's own answers: `body.too-large`, `event.unknown-type`, `stream.throttled`, `request.key`, … */
  readonly rule: string;
  readonly reason: string;
  /** JSON pointer of the field that is wrong. */
  readonly field?: string;
  readonly id?: string;
};

/** Why `put` failed. */
export class NotPut extends Error {
  readonly kind: NotPutFacts['kind'];
  readonly rule: string;
  readonly field: string | undefined;
  readonly id: string | undefined;

  constructor({ kind, rule, reason, field, id }: NotPutFacts) {
    super(`${rule}: ${reason}${field === undefined ? '' : ` (${field})`}`);
    this.name = 'NotPut';
    this.kind = kind;
    this.rule = rule;
    this.field = field;
    this.id = id;
  }
}
