// Loads a handler afresh, as a cold start does: its own modules under functions/, its own environment, a given pipeline.
import { createRequire, registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';

export type Load = {
  /** The project's folder. */
  readonly root: string;
  /** From the root: `functions/validate/handler.ts`. */
  readonly file: string;
  /** The compiled pipeline that `#pipeline` stands for, an absolute path. */
  readonly pipeline: string;
  /** The whole environment while the modules run; nothing else is seen. */
  readonly env: Readonly<Record<string, string>>;
  /** `console` while the modules run: loggers made then keep it. */
  readonly console: Console;
  /** What `#log` stands for, an absolute path; as package.json says without it. */
  readonly logModule?: string;
};

const MARK = 'sandbox';
const MARKED = new RegExp(`[?&]${MARK}=(\\d+)`);
/** By sandbox number: what its imports are redirected by. */
const loading = new Map<string, { readonly pipeline: string; readonly own: string; readonly log?: string }>();
let count = 0;
let hooked = false;

/** Modules below functions/ are loaded once for each sandbox; the shared rooms keep no state, so they are loaded once for all. */
const hook = (): void => {
  if (hooked) return;
  hooked = true;
  registerHooks({
    resolve(specifier, context, next) {
      const sandbox = MARKED.exec(context.parentURL ?? '')?.[1];
      const target = sandbox === undefined ? undefined : loading.get(sandbox);
      if (sandbox === undefined || target === undefined) return next(specifier, context);
      if (specifier === '#pipeline') return { url: target.pipeline, format: 'module', shortCircuit: true };
      if (specifier === '#log' && target.log !== undefined)
        return { url: target.log, format: 'module-typescript', shortCircuit: true };
      const found = next(specifier, context);
      return found.url.startsWith(target.own) ? { ...found, url: `${found.url}?${MARK}=${sandbox}` } : found;
    },
  });
};

const { nativeImport }: typeof import('./native-import.ts') = createRequire(import.meta.url)('./native-import.ts');

/** One load at a time: the environment and the console belong to the process. */
let turn: Promise<unknown> = Promise.resolve();

/** @throws whatever the module throws while it loads, a missing setting for instance */
export const loadAfresh = (load: Load): Promise<Record<string, unknown>> => {
  hook();
  const mine = turn.then(async () => {
    count += 1;
    const sandbox = String(count);
    const root = pathToFileURL(`${load.root.replace(/\/$/, '')}/`);
    loading.set(sandbox, {
      pipeline: pathToFileURL(load.pipeline).href,
      own: new URL('functions/', root).href,
      ...(load.logModule !== undefined && { log: pathToFileURL(load.logModule).href }),
    });
    const { env } = process;
    const outer = globalThis.console;
    process.env = { ...load.env };
    globalThis.console = load.console;
    try {
      return await nativeImport(`${new URL(load.file, root).href}?${MARK}=${sandbox}`);
    } finally {
      process.env = env;
      globalThis.console = outer;
      loading.delete(sandbox);
    }
  });
  turn = mine.catch(() => undefined);
  return mine;
};
