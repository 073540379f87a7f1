import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const own = (name: string): string => fileURLToPath(new URL(`client/${name}`, import.meta.url));
/** A closing tag inside a script or style would end it early. */
const inTag = (text: string): string => text.replaceAll('</', '<\\/');

const SHOP =
  '<p class="note">Or send some yourself: <a href="shop">a sample shop</a> uses the producer for web pages.</p>';

/** The live page as one HTML text: its code, uPlot and all styles are inside, nothing is fetched but `live`. */
export const pageHtml = async (shop = false): Promise<string> => {
  const [html, css, plotCss, script] = await Promise.all([
    readFile(own('page.html'), 'utf8'),
    readFile(own('page.css'), 'utf8'),
    readFile(fileURLToPath(import.meta.resolve('uplot/dist/uPlot.min.css')), 'utf8'),
    build({
      entryPoints: [own('page.js')],
      bundle: true,
      minify: true,
      write: false,
      format: 'iife',
      target: 'es2022',
    }),
  ]);
  const js = script.outputFiles[0]?.text ?? '';
  return html
    .replace('<!--shop-->', shop ? SHOP : '')
    .replace('/*css*/', () => inTag(`${plotCss}\n${css}`))
    .replace('/*js*/', () => inTag(js));
};
