// The fenced blocks of a Markdown page, and what stands between them.
import { readFileSync } from 'node:fs';

export type Sample = {
  /** First word behind the fence: sh, sql, json, text. */
  readonly language: string;
  /** The rest: the file that the block is, or how it is run; '' when nothing is said. */
  readonly note: string;
  readonly body: string;
  /** The paragraph before the fence. */
  readonly lead: string;
  readonly line: number;
};

export const readPage = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

export const samplesOf = (page: string): readonly Sample[] =>
  [...page.matchAll(/^```(\w+) ?(.*)\n([\s\S]*?)^```$/gm)].map((found) => {
    const [, language = '', note = '', body = ''] = found;
    const before = page.slice(0, found.index).trimEnd();
    return {
      language,
      note,
      body,
      lead: before.slice(before.lastIndexOf('\n\n') + 2),
      line: before.split('\n').length + 1,
    };
  });

/** What a page says the sample at `index` prints: the block that follows with nothing between; null when there is none. */
export const printedBy = (samples: readonly Sample[], index: number): string | null => {
  const next = samples[index + 1];
  const prints =
    next !== undefined && next.note === '' && next.lead.endsWith('```') && /^(text|json)$/.test(next.language);
  return prints ? next.body : null;
};
