import { expect, test } from 'vitest';
import { flinkClass, lineOfExport } from '../../local/build/function-text.ts';

test.each([
  ['/** @flink a.B */\nexport const f = 1;', 'f', 2, 'a.B'],
  ['/**\n * Words.\n * @flink a.B$C\n */\nexport default { };', 'default', 5, 'a.B$C'],
  ['/** @flink a.B */\nconst f = 1;\nexport default f;', 'default', 2, 'a.B'],
  ['/** @flink a.B */\nconst g = 1;\nexport { g as f };', 'f', 2, 'a.B'],
  ['/** @flink a.B */\nconst g = 1;\nexport const f = 1;', 'f', 3, null],
  ['/** @flink a.B */\nexport const ff = 1;\nexport const f = 1;', 'f', 3, null],
  ['// @flink a.B\nexport const f = 1;', 'f', 2, null],
  ['/** Words alone. */\nexport const f = 1;', 'f', 2, null],
  ['export * from "./other.ts";', 'f', 0, null],
])('%j', (text, name, line, found) => {
  expect([lineOfExport(text, name), flinkClass(text, name)]).toEqual([line, found]);
});
