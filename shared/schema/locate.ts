// Where the parts of a JSON text stand, so that a mistake in a schema can name its line.

export type Spot = { readonly line: number; readonly col: number };

/** A property by the place of its name, an element by its first character; keys are JSON pointers, the root is ''. */
export type Located = {
  readonly spots: ReadonlyMap<string, Spot>;
  /** Names that stand twice in one object: JSON pointers of the second. */
  readonly repeated: readonly string[];
  /** The first place at which the text stops being JSON. */
  readonly broken: Spot | undefined;
};

class Broken extends Error {}

const LITERAL = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.])/y;
const STRING = /"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})|\x7f|[\x80-\x9f])*"/uy;

export const locate = (text: string): Located => {
  const spots = new Map<string, Spot>();
  const repeated: string[] = [];
  let at = 0;
  const spotAt = (offset: number): Spot => {
    const before = text.slice(0, offset);
    const lines = before.split('\n');
    return { line: lines.length, col: (lines.at(-1) ?? '').length + 1 };
  };
  const space = (): void => {
    while (at < text.length && ' \t\r\n'.includes(text[at] as string)) at++;
  };
  const take = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (!found) throw new Broken();
    at += found.length;
    return found;
  };
  const expectChar = (char: string): void => {
    if (text[at] !== char) throw new Broken();
    at++;
    space();
  };
  const list = (close: string, item: (index: number) => void): void => {
    at++;
    space();
    for (let index = 0; text[at] !== close; index++) {
      if (index > 0) expectChar(',');
      item(index);
      space();
    }
    at++;
  };
  const value = (path: string): void => {
    space();
    if (text[at] === '{')
      list('}', () => {
        const start = at;
        const name = JSON.parse(take(STRING)) as string;
        const inside = `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
        if (spots.has(inside)) repeated.push(inside);
        spots.set(inside, spotAt(start));
        space();
        expectChar(':');
        value(inside);
      });
    else if (text[at] === '[')
      list(']', (index) => {
        space();
        spots.set(`${path}/${index}`, spotAt(at));
        value(`${path}/${index}`);
      });
    else take(text[at] === '"' ? STRING : LITERAL);
    space();
  };
  try {
    space();
    spots.set('', spotAt(at));
    value('');
    if (at < text.length) throw new Broken();
    return { spots, repeated, broken: undefined };
  } catch (error) {
    if (error instanceof Broken) return { spots, repeated, broken: spotAt(at) };
    throw error;
  }
};

/** The place of a part, or of the nearest part around it that has one. */
export const spotOf = ({ spots }: Located, pointer: string): Spot => {
  for (let path = pointer; path !== ''; path = path.slice(0, path.lastIndexOf('/'))) {
    const spot = spots.get(path);
    if (spot !== undefined) return spot;
  }
  return spots.get('') ?? { line: 1, col: 1 };
};
