import { expect, it } from 'vitest';
import { runExample } from '../../examples/example-process.js';

it('the example stops and starts its server in between, and ends by itself with every message delivered once', async () => {
  const { code, signal, stdout, stderr } = await runExample('signaling/acknowledged');
  expect({ code, signal, stdout, stderr }).toEqual({
    code: 0,
    signal: null,
    stdout: 'bob has: before\nbob has: while nobody is there to pass it on\n',
    stderr: '',
  });
});
