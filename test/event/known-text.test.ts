import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { knownText } from '../../shared/event/known-text.ts';
import { membersOf, textUnder } from '../../shared/steps/enrich/members.ts';

const word = fc.oneof(
  fc.constantFrom('type', 'time', 'data', 'tyqe', '', 'ä', 'order.v1'),
  fc.string({ unit: 'binary', maxLength: 80 }),
);

test('bytes are read as their text, however often, whatever stood in their place before', () => {
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 40 }), (words) => {
      const bytes = words.map((w) => Buffer.from(`"${w}"`));
      for (let round = 0; round < 2; round++)
        expect(bytes.map((b) => knownText(b, 1, b.length - 1))).toEqual(
          bytes.map((b) => b.toString('utf8', 1, b.length - 1)),
        );
    }),
  );
});

test('bytes that were read are not held: what they become later says nothing about what they were', () => {
  const bytes = Buffer.from('first');
  expect(knownText(bytes, 0, 5)).toBe('first');
  bytes.write('other');
  expect(knownText(bytes, 0, 5)).toBe('other');
  expect(knownText(Buffer.from('first'), 0, 5)).toBe('first');
});

test('the members of an event and the texts under them are those of a parse', () => {
  fc.assert(
    fc.property(fc.dictionary(word, fc.oneof(word, fc.integer(), fc.constant(null))), (event) => {
      const bytes = Buffer.from(JSON.stringify(event));
      const members = membersOf(bytes);
      if (members === undefined) return; // a name with an escape: its reader parses the whole
      const parsed = JSON.parse(bytes.toString()) as Record<string, unknown>;
      expect([...members.keys()].toSorted()).toEqual(Object.keys(parsed).toSorted());
      for (const [name, span] of members)
        expect(textUnder(bytes, span)).toBe(typeof parsed[name] === 'string' ? parsed[name] : undefined);
    }),
  );
});

test.each(['"broken', '"a"b"', '"\u0001"', '"\\x"', 'text'])('%s is no text', (source) => {
  const bytes = Buffer.from(source);
  expect(textUnder(bytes, { start: 0, end: bytes.length })).toBeUndefined();
});
