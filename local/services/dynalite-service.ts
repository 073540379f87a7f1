// dynalite as the table service: it takes more of the API than our own (table/), for several times the CPU. No transactions, no streams,
// nothing expires.
import dynalite from 'dynalite';
import { teachAllOld } from './all-old.ts';
import { closeIterators } from './close-iterators.ts';
import type { Answer } from './hooks.ts';
import { askInProcess } from './in-process.ts';
import { keepOwnBytes } from './keep-own-bytes.ts';
import { rememberConditions } from './known-conditions.ts';
import type { Request } from './serve.ts';

export const dynaliteService = (): ((request: Request) => Promise<Answer>) => {
  teachAllOld();
  closeIterators();
  rememberConditions();
  keepOwnBytes();
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0 });
  return (request) => askInProcess(server, request);
};
