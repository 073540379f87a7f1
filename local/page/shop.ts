// The sample shop: `/shop`, a web page that uses the browser's producer, and `/producer.js`, the producer as a page loads it.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { CompiledPipeline } from '../../shared/pipeline.ts';
import type { PageServer } from './serve-page.ts';

const PRODUCER = fileURLToPath(new URL('../../shared/producer/browser/index.ts', import.meta.url));
const SHOP = fileURLToPath(new URL('client/shop.html', import.meta.url));

/** The browser's producer as one minified module. */
export const producerScript = async (): Promise<string> => {
  const options = { bundle: true, minify: true, write: false, format: 'esm', target: 'es2022' } as const;
  const { outputFiles } = await build({ entryPoints: [PRODUCER], ...options });
  return outputFiles[0]?.text ?? '';
};

/** Whether the pipeline takes what the shop sends. */
export const hasShop = ({ types }: Pick<CompiledPipeline, 'types'>): boolean =>
  ['page_view.v1', 'order.v1'].every((type) => Object.hasOwn(types, type));

/**
 * The same pages, and the producer's beside them; the shop only for its own pipeline.
 * @param key what the shop sends as `x-api-key`, where one is asked for
 */
export const withShop = async (
  pages: PageServer,
  pipeline: Pick<CompiledPipeline, 'types'>,
  key: string | null,
): Promise<PageServer> => {
  const script = await producerScript();
  const shop = (await readFile(SHOP, 'utf8')).replace('"KEY"', () => JSON.stringify(key ?? undefined) ?? 'undefined');
  const own: Readonly<Record<string, { readonly type: string; readonly body: string }>> = {
    '/producer.js': { type: 'text/javascript; charset=utf-8', body: script },
    ...(hasShop(pipeline) && { '/shop': { type: 'text/html; charset=utf-8', body: shop } }),
  };
  return {
    answer(method, path, response) {
      const found = method === 'GET' && Object.hasOwn(own, path) ? own[path] : undefined;
      if (found === undefined) return pages.answer(method, path, response);
      response.writeHead(200, {
        'content-type': found.type,
        'cache-control': 'no-store',
        'access-control-allow-origin': '*', // a page of another server may load the script as a module
      });
      response.end(found.body);
      return true;
    },
    close: () => pages.close(),
  };
};
