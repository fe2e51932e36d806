import { startSignalingServer } from 'scoped-rtc/signaling-server';
import { describe, expect, it } from 'vitest';
import { Child, runChild } from '../support/child.js';
import { nextEvent } from '../support/event.js';

const program = new URL('programs/between-sockets.ts', import.meta.url);

describe('a process whose signaling has no socket at the moment', () => {
  it('is alive until the signaling is closed: the error that left the block is what it ends by', async () => {
    const ended = await runChild(program, ['unwound']);
    expect(ended, ended.stderr).toMatchObject({ code: 1, signal: null });
    expect(ended.stderr).toContain('out of the block');
    expect(ended.stderr).not.toContain('RTC_OPEN_AT_EXIT');
    expect(ended.lines).toContainEqual({ sent: 'RTC_UNDELIVERED' });
  });

  it('is alive while a member of a room reconnects', async () => {
    await using one = await startSignalingServer({ port: 0, host: '127.0.0.1' });
    await using other = await startSignalingServer({ port: 0, host: '127.0.0.1' });
    const child = new Child(program, ['lost', `${one.port}`, `${other.port}`]);
    await child.line('joined');
    const joined = nextEvent(other, 'joined');
    await one.stop();
    await Promise.race([joined, child.ended]);
    expect(other.members('lobby')).toMatchObject([{ peer: 'alice' }]);
    child.kill('SIGKILL');
    await child.ended;
  });

  it.each(['scopeEnds', 'scopeEndsEarly'])(
    '%s: the membership ends with the scope of its sockets, not after the wait for the next one',
    async (way) => {
      const ended = await runChild(program, [way], { timeout: 30_000 });
      expect(ended, ended.stderr).toMatchObject({ code: 0, signal: null, exitedByItself: true, stderr: '' });
      expect(ended.lines[0]).toMatchObject({ state: 'closed' });
      expect(ended.lines.at(-1)).toMatchObject({ threads: 0 });
    },
  );
});
