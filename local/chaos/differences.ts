// Two lists that should hold the same, each as often.

export const differences = (what: string, want: readonly string[], have: readonly string[]): string[] => {
  const left = new Map<string, number>();
  for (const w of want) left.set(w, (left.get(w) ?? 0) + 1);
  const out: string[] = [];
  for (const h of have) {
    const n = left.get(h) ?? 0;
    if (n === 0) out.push(`${what}: unexpected ${h}`);
    else left.set(h, n - 1);
  }
  for (const [w, n] of left) for (let i = 0; i < n; i++) out.push(`${what}: missing ${w}`);
  return out;
};
