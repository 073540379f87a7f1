// Servers of others, started for a proof and stopped by their own process.
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

export type Peer = { readonly endpoint: string; stop(): Promise<void> };

export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { readonly port: number };
      server.close(() => resolve(port));
    });
  });

const stop = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const killer = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await ended;
  clearTimeout(killer);
};

/** Starts a server and waits until it answers HTTP in any way. @throws Error with what it printed when it ends or stays silent */
export const startPeer = async (
  command: string,
  args: readonly string[],
  options: {
    readonly port: number;
    readonly env?: Record<string, string>;
    readonly cwd?: string;
    readonly seconds?: number;
  },
): Promise<Peer> => {
  const { port, env = {}, cwd, seconds = 60 } = options;
  const child = spawn(command, args, {
    env: { ...process.env, ...env },
    ...(cwd !== undefined && { cwd }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  let failed: Error | undefined;
  const keep = (chunk: Buffer): void => {
    printed = (printed + chunk.toString()).slice(-2_000);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  child.once('error', (error) => {
    failed = error;
  });
  const endpoint = `http://127.0.0.1:${port}`;
  for (const end = Date.now() + seconds * 1_000; ; await wait(200)) {
    if (failed !== undefined || child.exitCode !== null)
      throw new Error(`${command} ended: ${printed}`, { cause: failed });
    const up = await fetch(endpoint, { signal: AbortSignal.timeout(2_000) }).then(
      () => true,
      () => false,
    );
    if (up) return { endpoint, stop: () => stop(child) };
    if (Date.now() > end) {
      await stop(child);
      throw new Error(`${command} does not answer: ${printed}`);
    }
  }
};
