import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: {
    alias: {
      'scoped-rtc/testing': new URL('./src/testing/index.ts', import.meta.url).pathname,
      'scoped-rtc/vitest': new URL('./src/testing/vitest/index.ts', import.meta.url).pathname,
      'scoped-rtc': new URL('./src/index.ts', import.meta.url).pathname,
    },
  },
  test: {
    include: ['test/**/*.test.ts'],
    // The addon aborts the process when a second thread loads it (H8), so every file gets a process of its own.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
