// Plays histories on a copy of the sources in which one rule is taken away.
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Edit } from './rules.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** @returns the first history that differs; empty: none, so nothing needs the rule. @throws when an edit does not fit the source */
export const playWithout = async (edits: readonly Edit[], kind: string, from: number, to: number): Promise<string> => {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-rule-'));
  try {
    for (const room of ['shared', 'test/remember', 'local/generate', 'package.json'])
      cpSync(join(ROOT, room), join(dir, room), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(dir, 'node_modules'));
    for (const edit of edits) {
      const file = join(dir, edit.file);
      const text = readFileSync(file, 'utf8');
      if (text.split(edit.from).length !== 2) throw new Error(`${edit.file} does not hold once: ${edit.from}`);
      writeFileSync(
        file,
        text.replace(edit.from, () => edit.to),
      );
    }
    return await new Promise((done, failed) => {
      execFile(
        process.execPath,
        [join(dir, 'test/remember/play.ts'), kind, String(from), String(to)],
        (error, stdout, stderr) => (error !== null && stdout === '' ? failed(new Error(stderr)) : done(stdout.trim())),
      );
    });
  } finally {
    rmSync(dir, { recursive: true });
  }
};
