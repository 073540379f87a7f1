import { defineConfig } from 'vitest/config';

// `npm test` takes *.test.ts; a proof, which needs more than npm packages or more time, is a *.proof.ts: `npm run proof:NAME`.
const include = [process.env.PROOF === undefined ? 'test/**/*.test.ts' : `test/${process.env.PROOF}/**/*.proof.ts`];

export default defineConfig({
  test: { include, testTimeout: 30_000, hookTimeout: 60_000, maxWorkers: 2 },
});
