// The page's addresses: `/` the page, `/live` its data by server-sent events, `/metrics` the same values for Prometheus.
import type { ServerResponse } from 'node:http';
import { CONTENT_TYPE } from '../watch/prometheus.ts';
import type { LiveState } from './live-state.ts';
import { pageHtml } from './page.ts';

const EVERY_MS = 1_000;

export type PageServer = {
  /** Answers a request for the page or its data; false when the path is neither. */
  answer(method: string, path: string, response: ServerResponse): boolean;
  /** Ends all connections; readers see that the pipeline stopped. */
  close(): void;
};

/**
 * @param look    the state as it is now; called once a second, and only while somebody watches
 * @param metrics in the text format of Prometheus
 * @param shop    whether `/shop` is there, and the page says so
 */
export const servePage = async (
  look: () => Promise<LiveState> | LiveState,
  metrics: () => string = () => '',
  shop = false,
): Promise<PageServer> => {
  const html = await pageHtml(shop);
  const watchers = new Set<ServerResponse>();
  const tell = async (): Promise<void> => {
    if (watchers.size === 0) return;
    const data = `data: ${JSON.stringify(await look())}\n\n`;
    for (const watcher of watchers) watcher.write(data);
  };
  const timer = setInterval(() => void tell().catch(() => {}), EVERY_MS);
  timer.unref();
  return {
    answer(method, path, response) {
      if (method !== 'GET' || !['/', '/live', '/metrics'].includes(path)) return false;
      if (path === '/metrics') {
        response.writeHead(200, { 'content-type': CONTENT_TYPE, 'cache-control': 'no-store' });
        response.end(metrics());
        return true;
      }
      if (path === '/') {
        response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
        response.end(html);
        return true;
      }
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      watchers.add(response);
      response.on('close', () => watchers.delete(response));
      response.write('retry: 1000\n\n');
      void tell().catch(() => {});
      return true;
    },
    close() {
      clearInterval(timer);
      for (const watcher of watchers) watcher.end();
      watchers.clear();
    },
  };
};
