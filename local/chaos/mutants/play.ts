// Plays a task in a process of its own until something is wrong, all is played, or its time is over.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Task, Told } from './player.ts';

export type Outcome =
  | { readonly kind: 'wrong'; readonly name: string; readonly first: string; readonly played: number }
  | { readonly kind: 'right'; readonly played: number; readonly outOfTime: boolean }
  | { readonly kind: 'unplayable'; readonly why: string };

/** A schedule takes a fraction of a second; one that takes this long never comes to rest. */
const ONE_MS = 45_000;
/** For all schedules of a task. */
const ALL_MS = 240_000;

export const play = (task: Task): Promise<Outcome> =>
  new Promise((resolve) => {
    const child = fork(fileURLToPath(new URL('./player.ts', import.meta.url)), {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    let errors = '';
    child.stderr?.on('data', (bytes: Buffer) => {
      errors += bytes.toString();
    });
    let played = 0;
    let at = '';
    let one: NodeJS.Timeout | undefined;
    const end = (outcome: Outcome) => {
      clearTimeout(one);
      clearTimeout(all);
      child.kill('SIGKILL');
      resolve(outcome);
    };
    const all = setTimeout(() => end({ kind: 'right', played, outOfTime: true }), ALL_MS);
    child.on('message', (told: Told) => {
      clearTimeout(one);
      switch (told.kind) {
        case 'begins':
          at = told.name;
          one = setTimeout(() => end({ kind: 'wrong', name: at, first: 'never comes to rest', played }), ONE_MS);
          return;
        case 'right':
          played++;
          return;
        case 'wrong':
          return end({ kind: 'wrong', name: told.name, first: told.first, played: played + 1 });
        case 'unplayable':
          return end({ kind: 'unplayable', why: told.why });
        case 'done':
          return end({ kind: 'right', played, outOfTime: false });
        default:
          told satisfies never;
      }
    });
    child.on('exit', (code) =>
      end({ kind: 'unplayable', why: `the player ended with ${code} at ${at}: ${errors.slice(0, 600)}` }),
    );
    child.send(task);
  });
