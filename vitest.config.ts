import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: {
    alias: {
      'scoped-rtc/compat/polyfill': new URL('./src/compat/polyfill.ts', import.meta.url).pathname,
      'scoped-rtc/compat': new URL('./src/compat/index.ts', import.meta.url).pathname,
      'scoped-rtc/register': new URL('./src/compat/register.ts', import.meta.url).pathname,
      'scoped-rtc/w3c': new URL('./src/compat/w3c/index.ts', import.meta.url).pathname,
      'scoped-rtc/inspector': new URL('./src/inspector/index.ts', import.meta.url).pathname,
      'scoped-rtc/opentelemetry': new URL('./src/telemetry/index.ts', import.meta.url).pathname,
      'scoped-rtc/signaling-server': new URL('./src/signaling/server/index.ts', import.meta.url).pathname,
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
