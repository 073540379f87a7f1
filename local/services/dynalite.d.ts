// What we use of dynalite 4.0.0, which ships no types.
declare module 'dynalite' {
  import type { Server } from 'node:http';

  /** An HTTP server that need not listen: a request may be handed to it as an event. */
  const dynalite: (options: { readonly createTableMs: number; readonly deleteTableMs: number }) => Server;
  export default dynalite;
}

declare module 'dynalite/db/index.js' {
  type ConditionalError = Error & { readonly body: { Item?: unknown } };
  const db: {
    /** The error when the condition does not hold for the item; shared by all writes. */
    checkConditional: (
      data: { readonly ReturnValuesOnConditionCheckFailure?: string },
      item: object | undefined,
    ) => ConditionalError | null | undefined;
  };
  export default db;
}

declare module 'dynalite/db/conditionParser.js' {
  const parser: {
    /** A condition, key condition or filter as a tree. @throws Error for one that DynamoDB refuses */
    parse: (text: string, options: { readonly context: object }) => unknown;
  };
  export default parser;
}

declare module 'dynalite/validations/*' {
  /** The fields that an operation takes; others are dropped. */
  const validation: { readonly types: Record<string, unknown> };
  export default validation;
}
