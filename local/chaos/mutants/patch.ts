// Changes source files as they are loaded; nothing on the disk is touched.
import { registerHooks } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Edit } from './mutant.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** @throws Error when the text to be replaced does not stand in the source exactly once */
export const patched = (source: string, { file, find, replace }: Edit): string => {
  const at = source.indexOf(find);
  if (at < 0 || source.indexOf(find, at + 1) >= 0)
    throw new Error(`${file} has ${at < 0 ? 'no' : 'more than one'} ${JSON.stringify(find)}`);
  return source.slice(0, at) + replace + source.slice(at + find.length);
};

export const sourceUrl = (file: string): URL => pathToFileURL(ROOT + file);

/** Call it before the files are imported for the first time. Types are stripped from the patched text, as from any source. */
export const patchOnLoad = (edits: readonly Edit[]): void => {
  const byUrl = new Map<string, Edit[]>();
  for (const e of edits) {
    const { href } = sourceUrl(e.file);
    byUrl.set(href, [...(byUrl.get(href) ?? []), e]);
  }
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      const mine = byUrl.get(url);
      if (mine === undefined) return loaded;
      if (loaded.source == null) throw new Error(`${url} came without its source`);
      const source =
        typeof loaded.source === 'string' ? loaded.source : Buffer.from(loaded.source as Uint8Array).toString();
      return { ...loaded, source: mine.reduce(patched, source) };
    },
  });
};
