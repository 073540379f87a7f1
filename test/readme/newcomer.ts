// A copy of the project in a folder of its own, and a shell in it: what a newcomer has after `npm ci`.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const COPIED = ['events', 'functions', 'local', 'pipeline', 'resources', 'shared', 'serverless.yml', 'package.json'];

export type Newcomer = {
  /** Runs lines as a shell does. @returns standard output; @throws when one of them fails, with what it said */
  sh(lines: string): Promise<string>;
  /** A command that goes on until it is stopped. */
  start(command: string): Live;
  write(path: string, text: string): void;
  leave(): void;
};

export type Live = {
  /** Waits for a text on standard output; @returns the match. @throws when the command ends first */
  says(what: RegExp): Promise<RegExpExecArray>;
  /** As Ctrl-C. @returns the exit code */
  stop(): Promise<number | null>;
};

const live = (child: ChildProcess): Live => {
  let out = '';
  let errors = '';
  child.stderr?.on('data', (text) => {
    errors += text;
  });
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
  const waiting = new Set<() => void>();
  child.stdout?.on('data', (text) => {
    out += text;
    for (const look of waiting) look();
  });
  return {
    says: (what) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = what.exec(out);
          if (found === null) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
        ended.then((code) => reject(new Error(`ended with ${code} before it said ${what}: ${out}${errors}`)));
      }),
    stop() {
      child.kill('SIGINT');
      return ended;
    },
  };
};

export const newcomer = (): Newcomer => {
  const home = mkdtempSync(join(tmpdir(), 'millrace-readme-'));
  for (const name of COPIED) cpSync(join(ROOT, name), join(home, name), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(home, 'node_modules'));
  // `npx millrace` runs the project's own command; npx itself would ask a registry first.
  const bin = join(home, '.bin');
  mkdirSync(bin);
  const npx = `#!/bin/sh\n[ "$1" = millrace ] || exit 127\nshift\nexec node '${home}/local/cli/millrace.mjs' "$@"\n`;
  writeFileSync(join(bin, 'npx'), npx, { mode: 0o755 });
  const env = { ...process.env, PATH: [bin, dirname(process.execPath), process.env.PATH].join(delimiter) };
  return {
    sh: (lines) =>
      new Promise((resolve, reject) => {
        execFile('/bin/sh', ['-ec', lines], { cwd: home, env, timeout: 45_000 }, (error, stdout, stderr) =>
          error === null ? resolve(stdout) : reject(new Error(`${error.message}\n${stderr}`)),
        );
      }),
    start: (command) => live(spawn('/bin/sh', ['-c', `exec ${command}`], { cwd: home, env })),
    write(path, text) {
      mkdirSync(dirname(join(home, path)), { recursive: true });
      writeFileSync(join(home, path), text);
    },
    leave: () => rmSync(home, { recursive: true, force: true }),
  };
};
