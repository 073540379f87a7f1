// dynalite 4.0.0 ends its reads of the store by `iterator.return`, which abstract-level's iterators do not have: they stay open, and
// each keeps an old version of the whole tree alive. This gives them one that closes.
import { createRequire } from 'node:module';

type Iterator = { close(): Promise<void>; return?: () => Promise<void> };
type AbstractLevel = Record<
  'AbstractIterator' | 'AbstractKeyIterator' | 'AbstractValueIterator',
  { readonly prototype: Iterator }
>;

const require = createRequire(import.meta.url);
const { AbstractIterator, AbstractKeyIterator, AbstractValueIterator } = createRequire(require.resolve('dynalite'))(
  'abstract-level',
) as AbstractLevel;

export const closeIterators = (): void => {
  for (const { prototype } of [AbstractIterator, AbstractKeyIterator, AbstractValueIterator])
    prototype.return ??= function (this: Iterator) {
      return this.close();
    };
};
