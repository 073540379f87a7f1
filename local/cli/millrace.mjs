#!/usr/bin/env node
// Starts millrace under Node 24: with the Node that called it when that is new enough, else with the project's own.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const NEEDED = 24;
const major = Number(process.versions.node.split('.')[0]);

if (major >= NEEDED) {
  // What stripping types and compiling gives is kept: it takes longer than many a command.
  const { enableCompileCache } = await import('node:module');
  enableCompileCache?.(fileURLToPath(new URL('../../.millrace/compile-cache', import.meta.url)));
  const { main } = await import('./main.ts');
  process.exitCode = await main(process.argv.slice(2));
} else {
  const own = fileURLToPath(new URL('../../node_modules/.bin/node', import.meta.url));
  if (!existsSync(own)) {
    process.stderr.write(
      `millrace: needs Node ${NEEDED} or newer, this is ${process.versions.node}.\n` +
        '`npm ci` installs one for this project (node_modules/.bin/node); run it first, or install Node 24 yourself.\n',
    );
    process.exitCode = 2;
  } else {
    const child = spawn(own, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
    child.on('error', (error) => {
      process.stderr.write(`millrace: ${own} does not start: ${error.message}. Run \`npm ci\` again.\n`);
      process.exitCode = 2;
    });
    child.on('exit', (code, signal) => {
      process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1);
    });
  }
}
