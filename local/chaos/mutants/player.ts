// A process of its own for one mutant: patches the sources, plays its directed schedule or seeds one after the other, and tells
// its parent what it is at and what came out wrong.
import type { Edit } from './mutant.ts';
import { patchOnLoad, sourceUrl } from './patch.ts';

/** `name` is a directed schedule or a seed. */
export type Task = {
  readonly edits: readonly Edit[];
  readonly directed: readonly string[];
  readonly seeds: readonly number[];
};
export type Told =
  | { readonly kind: 'begins'; readonly name: string }
  | { readonly kind: 'right'; readonly name: string }
  | { readonly kind: 'wrong'; readonly name: string; readonly first: string }
  | { readonly kind: 'unplayable'; readonly why: string }
  | { readonly kind: 'done' };

const tell = (told: Told): void => void process.send?.(told);
const messageOf = (e: unknown): string => (e instanceof Error ? e.message : String(e));

const playing = async (name: string, play: () => Promise<readonly string[]>): Promise<void> => {
  tell({ kind: 'begins', name });
  let first: string | undefined;
  try {
    [first] = await play();
  } catch (error) {
    first = `throws ${messageOf(error)}`;
  }
  tell(first === undefined ? { kind: 'right', name } : { kind: 'wrong', name, first });
};

type Schedules = Readonly<Record<string, () => Promise<readonly string[]>>>;

const run = async ({ edits, directed, seeds }: Task): Promise<void> => {
  patchOnLoad(edits);
  if (directed.length > 0) {
    const { schedules } = (await import(sourceUrl('test/path/directed/schedules.ts').href)) as { schedules: Schedules };
    for (const name of directed) {
      const play = schedules[name];
      if (play === undefined) throw new Error(`there is no directed schedule ${name}`);
      await playing(name, play);
    }
  }
  if (seeds.length === 0) return;
  const { World } = await import('../world/world.ts');
  const { judge } = await import('../judge.ts');
  for (const seed of seeds)
    await playing(`seed ${seed}`, async () => {
      const world = new World(seed);
      await world.play();
      return judge(world.scene);
    });
};

// A patched step may leave a promise that nobody awaits any more; what it throws belongs to the schedule that runs.
process.on('unhandledRejection', (error) =>
  tell({ kind: 'wrong', name: 'a promise nobody awaits', first: messageOf(error) }),
);
process.once('message', (task: Task) => {
  run(task)
    .then(
      () => tell({ kind: 'done' }),
      (error: unknown) => tell({ kind: 'unplayable', why: messageOf(error) }),
    )
    .finally(() => process.disconnect());
});
