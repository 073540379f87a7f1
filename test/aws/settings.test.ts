import { expect, test } from 'vitest';
import { clientSettings } from '../../shared/aws/client.ts';
import { endpointOf } from '../../shared/aws/connection.ts';
import { settings } from '../../shared/aws/settings.ts';
import { Fault } from '../../shared/faults.ts';

test('settings come by name', () => {
  expect(settings(['TABLE', 'STREAM'], { TABLE: 't', STREAM: 's', OTHER: 'o' })).toEqual({ TABLE: 't', STREAM: 's' });
});

test('all missing settings are named at once, empty ones too', () => {
  const read = () => settings(['A', 'B', 'C'], { A: '', B: 'here' });
  expect(read).toThrow('missing in the environment: A, C');
  try {
    read();
  } catch (error) {
    expect(error instanceof Fault && error.code).toBe('setting.missing');
  }
});

test('an endpoint of its own goes before the common one, an empty text is none', () => {
  expect(endpointOf('S3', { AWS_ENDPOINT_URL_S3: 'http://own', AWS_ENDPOINT_URL: 'http://all' })).toBe('http://own');
  expect(endpointOf('S3', { AWS_ENDPOINT_URL_S3: '', AWS_ENDPOINT_URL: 'http://all' })).toBe('http://all');
  expect(endpointOf('S3', {})).toBeUndefined();
});

test('what the environment does not say is left to the SDK', () => {
  const made = clientSettings('SQS', {});
  expect(Object.keys(made).sort()).toEqual(['maxAttempts', 'requestHandler']);
});

test('half a pair of keys is no credentials', () => {
  expect(clientSettings('SQS', { AWS_ACCESS_KEY_ID: 'x' })).not.toHaveProperty('credentials');
});
