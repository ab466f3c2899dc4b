import { defineConfig } from 'vitest/config';

const isLong = process.env.NEXUS_TESTS === 'long';

/** Long tests end in `.long.test.ts`; `npm run test:long` runs them, and only them. */
export default defineConfig({
  test: {
    include: [isLong ? '**/*.long.test.ts' : '**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', '.cache/**', ...(isLong ? [] : ['**/*.long.test.ts'])],
    testTimeout: isLong ? 15 * 60_000 : 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    reporters: ['default', './scripts/summary-reporter.ts'],
  },
});
