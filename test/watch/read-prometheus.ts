// Reads the text format 0.0.4 strictly: HELP, then TYPE, then the samples of a family, each family once.
import { expect } from 'vitest';

export type Family = { help: string; type: string; readonly samples: Map<string, number> };

const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\]|\\["\\n])*",?)*)\} (\S+)$/;

export const readPrometheus = (text: string): ReadonlyMap<string, Family> => {
  expect(text.endsWith('\n')).toBe(true);
  const families = new Map<string, Family>();
  let name = '';
  for (const line of text.slice(0, -1).split('\n')) {
    const [, keyword, of = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (keyword === 'HELP') {
      expect(families.has(of), `${of} comes once`).toBe(false);
      families.set(of, { help: rest, type: '', samples: new Map() });
      name = of;
      continue;
    }
    const family = families.get(name);
    if (family === undefined) throw new Error(`before any HELP: ${line}`);
    if (keyword === 'TYPE') {
      expect(of).toBe(name);
      expect(['counter', 'gauge']).toContain(rest);
      family.type = rest;
      continue;
    }
    const [, sample, labels = '', value] = SAMPLE.exec(line) ?? [];
    expect(sample, line).toBe(name);
    expect(Number.isFinite(Number(value)), line).toBe(true);
    if (family.type === 'counter') expect(Number(value), line).toBeGreaterThanOrEqual(0);
    const key = [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, n, v]) => `${n}=${v}`).join();
    expect(family.samples.has(key), `${line} comes once`).toBe(false);
    family.samples.set(key, Number(value));
  }
  return families;
};
