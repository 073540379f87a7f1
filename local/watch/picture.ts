// The dashboard's layout as one HTML page: every widget where CloudWatch puts it, with its title and the names of its lines. It holds
// no values: those are in the account.
import type { DashboardBody, Widget } from './dashboard.ts';

const inHtml = (text: string): string =>
  text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c] ?? c);

/** The headings and paragraphs of a text widget. */
const markdown = (text: string): string =>
  text
    .split('\n')
    .map((line) => {
      const [, marks = '', rest = line] = /^(#+) (.*)$/.exec(line) ?? [];
      const tag = marks === '' ? 'p' : `h${marks.length}`;
      return `<${tag}>${inHtml(rest)}</${tag}>`;
    })
    .join('');

type Options = { readonly label?: string; readonly visible?: boolean; readonly expression?: string };
const optionsOf = (line: readonly unknown[]): Options => {
  const last = line.at(-1);
  return typeof last === 'object' && last !== null ? (last as Options) : {};
};

const legend = (lines: readonly (readonly unknown[])[]): string =>
  lines
    .map(optionsOf)
    .filter((o) => o.visible !== false)
    .map(
      ({ label }, i) =>
        `<li style="--c:var(--s${i % 7})">${inHtml(label === undefined || label === '' ? 'each shard' : label)}</li>`,
    )
    .join('');

const inside = ({ type, properties }: Widget): string => {
  const {
    title,
    markdown: text,
    metrics,
    alarms,
  } = properties as {
    readonly title?: string;
    readonly markdown?: string;
    readonly metrics?: readonly (readonly unknown[])[];
    readonly alarms?: readonly string[];
  };
  switch (type) {
    case 'text':
      return markdown(text ?? '');
    case 'alarm':
      return `<h3>${inHtml(title ?? '')}</h3><p>${alarms?.length ?? 0} alarms</p>`;
    case 'metric':
      return `<h3>${inHtml(title ?? '')}</h3><div class="plot"></div><ul>${legend(metrics ?? [])}</ul>`;
    default:
      return type satisfies never;
  }
};

const CSS = `
:root { --ground:#f2f3f3; --card:#fff; --ink:#16191f; --soft:#545b64; --line:#d5dbdb;
  --s0:#0b7a75; --s1:#2f5fd0; --s2:#8a4fc7; --s3:#b8560f; --s4:#a8326e; --s5:#4d7a12; --s6:#56636f;
  font:13px/1.35 system-ui, sans-serif; }
@media (prefers-color-scheme: dark) { :root { --ground:#0f1b2a; --card:#192534; --ink:#e9ebed; --soft:#b6bec9; --line:#414d5c;
  --s0:#4fc7bf; --s1:#86a8ff; --s2:#c79bf2; --s3:#f0a066; --s4:#f58cbb; --s5:#a5cf62; --s6:#a7b4c0; } }
* { box-sizing:border-box }
body { margin:0; padding:12px; background:var(--ground); color:var(--ink) }
main { display:grid; grid-template-columns:repeat(24, minmax(0, 1fr)); grid-auto-rows:44px; gap:4px; min-width:72rem }
section { background:var(--card); border:1px solid var(--line); border-radius:6px; padding:6px 8px; overflow:hidden; display:flex; flex-direction:column }
section.text { background:none; border:0; justify-content:end }
h1, h2, h3, p { margin:0 } h1 { font-size:18px } h2 { font-size:15px } h3 { font-size:12px }
p { color:var(--soft) }
.plot { flex:1; min-height:20px; margin:6px 0; border-left:1px solid var(--line); border-bottom:1px solid var(--line) }
ul { list-style:none; margin:0; padding:0; display:flex; flex-wrap:wrap; gap:2px 10px; color:var(--soft); font-size:11px }
li::before { content:''; display:inline-block; width:10px; height:3px; margin-right:4px; vertical-align:middle; background:var(--c) }
`;

/** @param title of the page */
export const dashboardPicture = ({ widgets }: DashboardBody, title: string): string => {
  const boxes = widgets.map(
    (w) =>
      `<section class="${w.type}" style="grid-area:${w.y + 1} / ${w.x + 1} / span ${w.height} / span ${w.width}">${inside(w)}</section>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>${inHtml(title)}</title><style>${CSS}</style></head>
<body><main>
${boxes.join('\n')}
</main></body></html>
`;
};
