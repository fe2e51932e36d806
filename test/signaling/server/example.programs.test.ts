import { expect, it } from 'vitest';
import { runExample } from '../../examples/example-process.js';

it('the example stops and starts its server in between, and ends by itself with every message delivered once', async () => {
  const { code, stdout, stderr } = await runExample('signaling/acknowledged');
  expect(stderr).toBe('');
  expect(stdout).toBe('bob has: before\nbob has: while nobody is there to pass it on\n');
  expect(code).toBe(0);
});
