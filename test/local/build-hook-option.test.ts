// Webhooks in sources.yml: what is read, and what is said of mistakes.
import { describe, expect, test } from 'vitest';
import { sourceGrants } from '../../local/build/source-grants.ts';
import { readSources } from '../../local/build/sources.ts';
import type { Source } from '../../shared/pipeline.ts';
import { days } from '../../shared/time.ts';

const read = (lines: string) =>
  readSources({ path: 'sources.yml', text: `- name: hook\n  adapter: webhook\n${lines.replace(/^/gm, '  ')}\n` }, [
    'push.v1',
    'ping.v1',
  ]);

test('GitHub and Stripe say themselves where id, name and time stand; claims of ids last three days', () => {
  const { sources, errors } = read('signature: github\nsecret: acme/code\nevents: {push: push.v1, ping: off}');
  expect(errors).toEqual([]);
  expect(sources[0]).toMatchObject({
    types: ['push.v1'],
    deduplicate: days(3),
    hook: {
      scheme: 'github',
      secret: 'acme/code',
      id: { header: 'x-github-delivery' },
      type: { header: 'x-github-event' },
      time: null,
      events: { push: 'push.v1', ping: null },
    },
  });
  const stripe = read('signature: stripe\nsecret: s\nevents: {"*": push.v1}\ndeduplicate: 1h');
  expect(stripe.sources[0]?.hook).toMatchObject({
    id: { field: ['id'] },
    type: { field: ['type'] },
    time: { field: ['created'] },
  });
});

test('any other says it in places', () => {
  const { sources, errors } = read(
    'signature: {scheme: hmac, header: X-Sig, encoding: base64, prefix: v1=}\nsecret: s\nid: header X-Id\ntype: field event.name\ntime: field at\nevents: {a: push.v1}',
  );
  expect(errors).toEqual([]);
  expect(sources[0]?.hook).toMatchObject({
    header: 'x-sig',
    encoding: 'base64',
    prefix: 'v1=',
    id: { header: 'x-id' },
    type: { field: ['event', 'name'] },
  });
});

describe('mistakes are named', () => {
  test.each<[string, string]>([
    [
      'secret: s\ntypes: [push.v1]',
      '1: source "hook" needs signature: github, stripe, hmac; a webhook is taken by its signature alone',
    ],
    [
      'signature: github\nevents: {push: push.v1}',
      '1: source "hook" needs secret: the name or ARN of a secret of Secrets Manager',
    ],
    [
      'signature: gitub\nsecret: s',
      '3: signature is "gitub"; did you mean "github"? (it may be: github, stripe, hmac)',
    ],
    [
      'signature: hmac\nsecret: s\ntypes: [push.v1]',
      '3: an hmac signature names its header; write signature: {scheme: hmac, header: X-Signature, encoding: hex, prefix: "sha256="}',
    ],
    [
      'signature: {scheme: hmac, header: X, encoding: utf8}\nsecret: s\ntypes: [push.v1]',
      '3: encoding is "utf8"; it may be: hex, base64',
    ],
    [
      'signature: {scheme: hmac, header: X, key: y}\nsecret: s\ntypes: [push.v1]',
      '3: unknown field "key" of signature; fields: scheme, header, encoding, prefix',
    ],
    [
      'signature: github\nsecret: s',
      '1: source "hook" needs events: which event type each event of the third party is',
    ],
    [
      'signature: {scheme: hmac, header: X}\nsecret: s',
      '1: source "hook" needs types with one event type, or type and events: nothing else tells it',
    ],
    [
      'signature: {scheme: hmac, header: X}\nsecret: s\nevents: {a: push.v1}\ntypes: [push.v1]',
      '5: events needs type: where the name of an event stands',
    ],
    [
      'signature: github\nsecret: s\nevents: {push: psh.v1}',
      '5: unknown event type "psh.v1"; did you mean "push.v1"? (schemas/ has: push.v1, ping.v1); off leaves the event out',
    ],
    [
      'signature: github\nsecret: s\nevents: {push: push.v1}\nid: header X',
      '6: id is for signature hmac; github says where it stands itself',
    ],
    [
      'signature: {scheme: hmac, header: X}\nsecret: s\ntypes: [push.v1]\nid: X-Id',
      '6: id says where it stands: `header X-Name`, or `field name` of the body, a.b for one inside another',
    ],
    [
      'signature: github\nsecret: s\nevents: {push: push.v1}\nformat: json',
      '6: format means nothing to the adapter webhook; it takes signature, secret, id, type, time, events',
    ],
  ])('%j', (lines, message) => {
    expect(read(lines).errors.map((e) => `${e.line}: ${e.message}`)).toEqual([message]);
  });
});

test('the role of ingest may read the secrets that are named, by name or ARN, and no others', () => {
  const hooks = ['acme/code', 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:b-a1b2c3', 'acme/code'].map(
    (secret) => ({ hook: { secret } }) as Source,
  );
  expect(sourceGrants(hooks)).toEqual({
    IngestRole: [
      {
        Effect: 'Allow',
        Action: 'secretsmanager:GetSecretValue',
        Resource: [
          {
            'Fn::Sub': `arn:\${AWS::Partition}:secretsmanager:\${AWS::Region}:\${AWS::AccountId}:secret:acme/code-??????`,
          },
          'arn:aws:secretsmanager:eu-west-1:123456789012:secret:b-a1b2c3',
        ],
      },
    ],
  });
  expect(sourceGrants([{ adapter: 'http' } as Source])).toEqual({});
});
