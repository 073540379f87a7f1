// CSV as RFC 4180 has it: quotes double, line breaks inside quotes count, LF and CRLF both end a row.

export type CsvRow = { readonly line: number; readonly fields: readonly string[] };
export type CsvMistake = { readonly line: number; readonly col: number; readonly message: string };

/** All rows with the line each begins on (from 1). A byte order mark and an empty last line are left out. */
export const readCsv = (text: string): { rows: readonly CsvRow[]; mistakes: readonly CsvMistake[] } => {
  const rows: CsvRow[] = [];
  const mistakes: CsvMistake[] = [];
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  let line = 1;
  let lineStart = at;
  while (at < text.length) {
    const row = { line, fields: [] as string[] };
    for (;;) {
      if (text[at] === '"') {
        const [openLine, openCol] = [line, at - lineStart + 1];
        let value = '';
        for (at++; ; at++) {
          const c = text[at];
          if (c === undefined) {
            mistakes.push({ line: openLine, col: openCol, message: 'this quote is never closed' });
            break;
          }
          if (c === '"') {
            if (text[at + 1] !== '"') break;
            at++;
          }
          if (c === '\n') [line, lineStart] = [line + 1, at + 1];
          value += c;
        }
        at++;
        if (at < text.length && text[at] !== ',' && text[at] !== '\n' && text[at] !== '\r') {
          mistakes.push({
            line,
            col: at - lineStart + 1,
            message: 'text after a closing quote; double a quote inside ("")',
          });
          while (at < text.length && text[at] !== ',' && text[at] !== '\n') at++;
        }
        row.fields.push(value);
      } else {
        const start = at;
        while (at < text.length && text[at] !== ',' && text[at] !== '\n') at++;
        const value = text.slice(start, text[at] === '\n' && text[at - 1] === '\r' && at > start ? at - 1 : at);
        if (value.includes('"')) {
          mistakes.push({
            line,
            col: start - lineStart + 1,
            message: 'a quote inside a field that does not begin with one',
          });
        }
        row.fields.push(value);
      }
      if (text[at] === '\r') at++;
      if (text[at] !== ',') break;
      at++;
    }
    at++;
    [line, lineStart] = [line + 1, at];
    if (row.fields.length > 1 || row.fields[0] !== '') rows.push(row);
  }
  return { rows, mistakes };
};
