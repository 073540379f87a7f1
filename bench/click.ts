// One click of a shop as its producers send it: a CloudEvent of about 525 bytes. The same index gives the same bytes.

export const CLICK_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  required: ['visitor', 'session', 'page', 'campaign', 'price', 'country', 'device'],
  properties: {
    visitor: { type: 'string', minLength: 1, maxLength: 256, 'x-key': true },
    session: { type: 'string', minLength: 1, maxLength: 256 },
    page: { type: 'string', minLength: 1, maxLength: 256 },
    referrer: { type: 'string', maxLength: 256 },
    campaign: { type: 'string', minLength: 1, maxLength: 256 },
    country: { type: 'string', pattern: '^[A-Z]{2}$' },
    price: { type: 'number', minimum: 0 },
    quantity: { type: 'integer', minimum: 1 },
    logged_in: { type: 'boolean' },
    device: {
      type: 'object',
      required: ['kind', 'os', 'browser'],
      properties: {
        kind: { type: 'string', minLength: 1, maxLength: 256 },
        os: { type: 'string', minLength: 1, maxLength: 256 },
        browser: { type: 'string', minLength: 1, maxLength: 256 },
      },
    },
    tags: { type: 'array', items: { type: 'string' } },
  },
} as const;

/** The arrival of every click: just behind the latest of them. */
export const CLICK_ARRIVAL = Date.UTC(2026, 2, 1, 13);

export const clickOf = (index: number) => {
  const n = Math.imul(index + 1, 2_654_435_761) >>> 0;
  return {
    specversion: '1.0',
    id: `e${String(index).padStart(12, '0')}`,
    source: '/shop/web',
    type: 'click.v1',
    time: new Date(CLICK_ARRIVAL - 3_600_000 + (index % 3_600_000)).toISOString(),
    data: {
      visitor: `u${n % 100_000}`,
      session: `s${(n % 300_000).toString(36).padStart(8, '0')}`,
      page: `/catalog/item/${n % 5_000}`,
      referrer: `https://www.example.com/search?q=${n % 9_999}`,
      campaign: `c${n % 1_000}`,
      country: ['DE', 'US', 'FR', 'GB'][n % 4] as string,
      price: (n % 10_000) / 100,
      quantity: 1 + (n % 3),
      logged_in: n % 2 === 0,
      device: { kind: 'mobile', os: 'Android 14', browser: 'Chrome 128' },
      tags: ['web', 'spring', `ab-${n % 20}`],
      experiment: { name: 'checkout-v2', arm: n % 2 === 0 ? 'a' : 'b' },
      locale: 'de-DE',
      currency: 'EUR',
      duration_ms: 1_000 + (n % 9_000),
    },
  };
};
