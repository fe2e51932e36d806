import { expect, it } from 'vitest';
import { runExample } from '../../examples/example-process.js';

const EXAMPLE = 'signaling/acknowledged';

it('the example stops and starts its server in between, and ends by itself with every message delivered once', async () => {
  let ended = await runExample(EXAMPLE);
  // The port is free between the two servers: the system may have given it to another process, which is what the error says then.
  for (let n = 0; n < 2 && ended.stderr.includes('EADDRINUSE'); n++) ended = await runExample(EXAMPLE);
  const { code, signal, stdout, stderr } = ended;
  expect({ code, signal, stdout, stderr }).toEqual({
    code: 0,
    signal: null,
    stdout: 'bob has: before\nbob has: while nobody is there to pass it on\n',
    stderr: '',
  });
});
