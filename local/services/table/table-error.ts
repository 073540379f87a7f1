// The refusals of the table service, by the names that DynamoDB gives them.
import { Refused } from '../serve.ts';

export const invalid = (message: string): Refused =>
  new Refused({ error: 'ValidationException', status: 400, message });

export const notFound = (table: string): Refused =>
  new Refused({
    error: 'ResourceNotFoundException',
    status: 400,
    message: `Requested resource not found: Table: ${table} not found`,
  });

export const inUse = (table: string): Refused =>
  new Refused({ error: 'ResourceInUseException', status: 400, message: `Table already exists: ${table}` });

/** What DynamoDB can and this table cannot: said with what would work. */
export const notHere = (what: string): Refused =>
  new Refused({
    error: 'ValidationException',
    status: 400,
    message: `${what} is not among what the table service of this machine takes; dynalite takes it: set MILLRACE_TABLE=dynalite`,
  });
