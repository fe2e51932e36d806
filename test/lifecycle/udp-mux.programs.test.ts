import { expect, it } from 'vitest';
import { runChild } from '../support/child.js';

it('an IceUdpMuxListener that is open at the end of its scope does not hold the process', async () => {
  const ended = await runChild(new URL('./programs/udp-mux.ts', import.meta.url));
  expect(ended, ended.stderr).toMatchObject({ code: 0, signal: null });
  expect(Object.assign({}, ...ended.lines)).toMatchObject({
    same: true,
    state: 'open',
    by: 'owner',
    cleanups: 1,
    threads: 0,
  });
  expect(ended.exitedByItself).toBe(true);
});
