// One thing that was looked at.
/** `unknown`: it could not be looked at, and nothing is said against it. */
export type Verdict = 'ok' | 'warn' | 'fail' | 'unknown';
export type Finding = {
  readonly about: string;
  readonly verdict: Verdict;
  readonly says: string;
  /** What to do; for everything but ok. */
  readonly wayOut?: string;
};

export const ok = (about: string, says: string): Finding => ({ about, verdict: 'ok', says });
export const bad = (verdict: Exclude<Verdict, 'ok'>, about: string, says: string, wayOut: string): Finding => ({
  about,
  verdict,
  says,
  wayOut,
});

const MARK: Readonly<Record<Verdict, string>> = { ok: 'ok     ', warn: 'warn   ', fail: 'FAIL   ', unknown: '?      ' };

export const showFindings = (findings: readonly Finding[]): string => {
  const width = Math.max(0, ...findings.map((f) => f.about.length));
  return findings
    .flatMap((f) => [
      `${MARK[f.verdict]}${f.about.padEnd(width)}  ${f.says}`,
      ...(f.wayOut === undefined ? [] : [`${' '.repeat(7 + width + 2)}-> ${f.wayOut}`]),
    ])
    .join('\n');
};
