// What the text of a function's file says that its values do not: where an export stands, and its doc comment.

const escaped = (name: string): string => name.replaceAll('$', '\\$');

/** Where the value of an export is defined: at `export const name`, or at `const x` of `export default x`. */
const placeOf = (text: string, name: string): number => {
  const direct =
    name === 'default'
      ? /^export\s+default\b/m.exec(text)
      : new RegExp(`^export\\s+(?:const|let|var|function|class)\\s+${escaped(name)}(?![\\w$])`, 'm').exec(text);
  const [, local] =
    (name === 'default' ? /^export\s+default\s+([\w$]+)\s*;?\s*$/m.exec(text) : null) ??
    new RegExp(`^export\\s*\\{[^}]*?\\b([\\w$]+)(?:\\s+as\\s+${escaped(name)})\\b`, 'm').exec(text) ??
    (direct ? [] : ['', name]);
  const indirect = local && new RegExp(`^(?:const|let|var|function)\\s+${escaped(local)}(?![\\w$])`, 'm').exec(text);
  return (indirect || direct)?.index ?? -1;
};

/** From 1; 0 when the export cannot be found in the text. */
export const lineOfExport = (text: string, name: string): number => {
  const place = placeOf(text, name);
  return place < 0 ? 0 : text.slice(0, place).split('\n').length;
};

/** The class after `@flink` in the doc comment that stands right above an export; null where there is none. */
export const flinkClass = (text: string, name: string): string | null => {
  const place = placeOf(text, name);
  const comment = place < 0 ? null : /\/\*\*((?:[^*]|\*(?!\/))*)\*\/\s*$/.exec(text.slice(0, place));
  return /@flink\s+([\w.$]+)/.exec(comment?.[1] ?? '')?.[1] ?? null;
};
