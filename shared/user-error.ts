/**
 * A mistake in a user's file. `message` says what was found and what would work; line and column count from 1, 0 when the mistake
 * is the whole file's.
 */
export type UserError = {
  readonly file: string;
  readonly line: number;
  readonly col: number;
  readonly message: string;
};

/** `queries/orders.sql:3:8: unknown column "stor"; …`: the form editors and terminals jump to. */
export const showUserError = (e: UserError): string =>
  e.line > 0 ? `${e.file}:${e.line}:${e.col}: ${e.message}` : `${e.file}: ${e.message}`;
