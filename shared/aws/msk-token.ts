// The token with which a client of Amazon MSK says who it is (SASL OAUTHBEARER): a presigned URL of the action kafka-cluster:Connect,
// in base64url. IAM then decides by the role's policies.
import { SignatureV4 } from '@smithy/signature-v4';
import { type Env, settings } from './settings.ts';
import { Sha256 } from './sha256.ts';

/** Seconds; MSK takes no more. A session outlives its token: brokers ask for a new one when they want it. */
const VALID = 900;
const CALLER = 'millrace';

/**
 * @param env region and credentials, as Lambda gives them
 * @param at  when it is signed; the signature is in force for 15 minutes from then on
 * @throws Fault setting.missing
 */
export const mskToken = async (env: Env = process.env, at: Date = new Date()): Promise<string> => {
  const given = settings(['AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'], env);
  const hostname = `kafka.${given.AWS_REGION}.amazonaws.com`;
  const signer = new SignatureV4({
    service: 'kafka-cluster',
    region: given.AWS_REGION,
    credentials: {
      accessKeyId: given.AWS_ACCESS_KEY_ID,
      secretAccessKey: given.AWS_SECRET_ACCESS_KEY,
      ...(env.AWS_SESSION_TOKEN && { sessionToken: env.AWS_SESSION_TOKEN }),
    },
    sha256: Sha256,
  });
  const request = {
    method: 'GET',
    protocol: 'https:',
    hostname,
    path: '/',
    query: { Action: 'kafka-cluster:Connect' },
    headers: { host: hostname },
  };
  const { query = {} } = await signer.presign(request, { expiresIn: VALID, signingDate: at });
  const url = new URL(`https://${hostname}/`);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
  // Told to the broker's logs, and no part of what is signed.
  url.searchParams.set('User-Agent', CALLER);
  return Buffer.from(url.href.replaceAll('+', '%20')).toString('base64url');
};
