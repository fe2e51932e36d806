import { describe, expect, it, vi } from 'vitest';
import { runChild } from '../support/child.js';
import { nothingLeft } from '../support/nothing-left.js';

describe('one runtime in a process', () => {
  it('is shared by two copies of the package: one cleanup, when the last scope of both is gone', async () => {
    const ended = await runChild(new URL('./programs/copies.ts', import.meta.url), [], {
      nodeArguments: ['--import', 'tsx'], // for the copy, which is in TypeScript
    });
    expect(ended, ended.stderr).toMatchObject({ code: 0, signal: null });
    expect(Object.assign({}, ...ended.lines)).toMatchObject({
      otherClass: true,
      sameRuntime: true,
      // Of the channel or of its connection, whichever end is noticed first.
      by: expect.stringMatching(/^(owner|remote)$/),
      between: 0,
      cleanups: 1,
      generation: 1,
      threads: 0,
    });
    expect(ended.exitedByItself).toBe(true);
  });

  it("outlives a test runner's module reset", async () => {
    const before = await import('../../src/index.js');
    const rtc = before.RtcRuntime.acquire('before');
    const pc = rtc.createPeerConnection('pc', { bindAddress: '127.0.0.1' });
    vi.resetModules();
    const after = await import('../../src/index.js');
    expect(after.RtcRuntime).not.toBe(before.RtcRuntime);
    expect(after.RtcRuntime.shared).toBe(before.RtcRuntime.shared);
    const again = after.RtcRuntime.acquire('after');
    again.createPeerConnection('pc', { bindAddress: '127.0.0.1' });
    await again.disposeAsync();
    expect(pc.state).toBe('opening');
    expect(after.RtcRuntime.shared.cleanups).toBe(0);
    await rtc.disposeAsync();
    expect(after.RtcRuntime.shared).toMatchObject({ cleanups: 1, state: 'idle' });
    await nothingLeft(after.RtcRuntime.shared);
  });
});
