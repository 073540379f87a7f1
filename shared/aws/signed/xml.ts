// The XML of S3 and SNS: elements and text, attributes passed over. No DTD is read, so nothing expands.
export type Element = { readonly name: string; readonly text: string; readonly children: readonly Element[] };

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const plain = (text: string): string =>
  text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex?: string, decimal?: string, name?: string) => {
    if (name !== undefined) return NAMED[name] ?? whole;
    return String.fromCodePoint(hex !== undefined ? Number.parseInt(hex, 16) : Number(decimal));
  });

export const escaped = (text: string): string =>
  text.replace(/[&<>"'\r\n]/g, (c) => (c === '"' ? '&quot;' : `&#${c.charCodeAt(0)};`));

const TOKEN =
  /<\?[\s\S]*?\?>|<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<\/([^\s>]+)\s*>|<([^\s/>!]+)[^>]*?(\/)?>|([^<]+)/gy;

type Open = { readonly name: string; text: string; readonly children: Open[] };

/** @returns the root; undefined when it is no whole XML of this kind */
export const readXml = (source: string): Element | undefined => {
  const root: Open = { name: '', text: '', children: [] };
  const open: Open[] = [root];
  TOKEN.lastIndex = 0;
  let at = 0;
  for (let m = TOKEN.exec(source); m !== null; m = TOKEN.exec(source)) {
    at = TOKEN.lastIndex;
    const [, cdata, closes, opens, empty, text] = m;
    const top = open.at(-1) as Open;
    if (cdata !== undefined) top.text += cdata;
    else if (text !== undefined) top.text += plain(text);
    else if (opens !== undefined) {
      const made: Open = { name: opens, text: '', children: [] };
      top.children.push(made);
      if (empty === undefined) open.push(made);
    } else if (closes !== undefined) {
      if (open.length === 1 || top.name !== closes) return undefined;
      open.pop();
    }
  }
  return at === source.length && open.length === 1 && root.children.length === 1 ? root.children[0] : undefined;
};

export const childrenOf = (element: Element | undefined, name: string): readonly Element[] =>
  element?.children.filter((c) => c.name === name) ?? [];

/** The text of the first child of that name; '' without one. */
export const textOf = (element: Element | undefined, name: string): string => childrenOf(element, name)[0]?.text ?? '';
