// What the generated shop sells and who looks at it. The products are those of pipeline/reference/products.csv.

/** Price in cents. */
export type Product = { readonly sku: string; readonly cents: number };

const product = (sku: string, cents: number): Product => ({ sku, cents });

/** The most looked at first. */
export const PRODUCTS: readonly Product[] = [
  product('mug-01', 990),
  product('book-01', 1290),
  product('lamp-01', 4900),
  product('pen-01', 2450),
  product('chair-01', 17900),
  product('mug-02', 1450),
  product('desk-01', 49900),
  product('card-01', 490),
  product('vase-01', 3950),
  product('knife-01', 8900),
  product('pot-01', 3400),
  product('chair-02', 32900),
  product('pen-02', 790),
  product('shelf-01', 6900),
  product('rug-01', 24900),
  product('pan-01', 5900),
  product('desk-02', 74900),
  product('book-02', 1690),
  product('lamp-02', 12900),
  product('sofa-01', 119900),
];

export const STORES = ['berlin', 'vienna', 'oslo', 'lisbon'] as const;
export const PROVIDERS = ['card', 'card', 'card', 'paypal', 'paypal', 'sepa'] as const;
export const REASONS = ['insufficient funds', 'card expired', 'declined by the bank', 'timed out'] as const;
export const REFERRERS = [
  'https://www.google.com/',
  'https://duckduckgo.com/',
  'https://www.instagram.com/',
  'https://news.ycombinator.com/',
] as const;

/** Networks that MaxMind's test databases know, and two that none knows (RFC 5737). */
export const NETWORKS = [
  '81.2.69',
  '89.160.20',
  '2.125.160',
  '175.16.199',
  '216.160.83',
  '203.0.113',
  '198.51.100',
] as const;

export const AGENTS = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Safari/605.1.15',
  'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile Safari/537.36',
  'Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0',
] as const;
