/** Edits (insert, delete, replace, swap of neighbours) between two words. */
const distance = (a: string, b: string): number => {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  const at = (i: number, j: number): number => rows[i]?.[j] ?? Number.POSITIVE_INFINITY;
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(
        Math.min(
          at(i - 1, j) + 1,
          (row[j - 1] ?? 0) + 1,
          at(i - 1, j - 1) + same,
          swapped ? at(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
  }
  return at(a.length, b.length);
};

const MIN_STEM = 3; // letters that two words share at their start before one is taken for the other

/** The known word that a mistyped one most likely meant; undefined when none is near. */
export const nearest = (word: string, known: readonly string[]): string | undefined => {
  const bare = (text: string): string => text.toLowerCase().replace(/^-+/, '');
  const wanted = bare(word);
  const limit = Math.max(1, Math.floor(wanted.length / 3));
  const begins = (a: string, b: string): boolean => a.length >= MIN_STEM && b.startsWith(a);
  const ranked = known
    .map((k) => ({ k, d: distance(wanted, bare(k)), stem: begins(bare(k), wanted) || begins(wanted, bare(k)) }))
    .filter(({ d, stem }) => d <= limit || stem)
    .sort((x, y) => x.d - y.d);
  return ranked[0]?.k;
};
