// SQL is a user's text, and `compileSql` says every mistake in it: nothing in a file may stop or slow it.
import { readdirSync, readFileSync } from 'node:fs';
import { compileSql } from '../../../shared/query/compile.ts';
import type { Decoder } from '../decoder.ts';

const folder = new URL('../../queries/', import.meta.url);
const texts = readdirSync(folder)
  .filter((name) => name.endsWith('.sql'))
  .map((name) => readFileSync(new URL(name, folder)));

export const sqlDecoders: readonly Decoder[] = [
  {
    name: 'SQL',
    seeds: texts,
    check: (bytes) => {
      const { plan, errors } = compileSql([{ path: 'q.sql', text: Buffer.from(bytes).toString() }], {
        types: ['order.v1', 'view.v1', 'payment.v1'],
      });
      for (const e of errors) {
        if (e.message.includes('bug in Millrace')) throw new Error(e.message);
        if (e.file !== 'q.sql' || !(e.line >= 0) || !(e.col >= 0))
          throw new Error(`an error without a place: ${JSON.stringify(e)}`);
      }
      if (errors.length === 0) JSON.stringify(plan);
    },
  },
];
