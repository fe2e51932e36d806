import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { readBrowserModule } from '../../src/signaling/server/browser-module.js';

it('the module for pages imports nothing and stays as small as the documentation says', async () => {
  const text = await readBrowserModule();
  expect(text).not.toMatch(/\b(import\s*[("'{*]|require\(|process\.|Buffer\.|setImmediate)/);
  expect(text.length).toBeLessThan(24_000);
  expect(gzipSync(text, { level: 9 }).length).toBeLessThan(9300);
});
