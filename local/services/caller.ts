// shared/aws/client.ts puts `fn/<function name>` into the user agent of a Lambda function's clients.
const FUNCTION = /(?:^|\s)fn\/(\S+)/;

/** The Lambda function that a user agent names, or `outside`. */
export const callerOf = (userAgent: string | undefined): string => FUNCTION.exec(userAgent ?? '')?.[1] ?? 'outside';
