import { createFakeBinding, type FakeBindingOptions } from 'scoped-rtc/testing';
import { describe, expect, it } from 'vitest';
import { runChild } from '../support/child.js';
import { until } from '../support/event.js';
import { Rig, textOf, turns } from './conformance-rig.js';

/** Turns after which whatever was going to happen in the fake has happened. */
const SETTLED = 60;

function start(options: FakeBindingOptions = {}) {
  const fake = createFakeBinding(options);
  return { fake, rig: new Rig(fake, false) };
}

describe('the fake binding on demand', () => {
  it('records a throwing handler instead of aborting the process', async () => {
    const { fake, rig } = start();
    const { near } = await rig.connect((far) =>
      far.onMessage(() => {
        throw new Error('handler');
      }),
    );
    near.sendMessage('x');
    await until(() => fake.aborts.length === 1, 'the abort');
    expect(fake.aborts[0]).toMatchObject({ kind: 'DataChannel', where: 'onMessage' });
  });

  it('records descriptions that the addon would abort on', () => {
    const { fake, rig } = start();
    const pc = rig.connection('x');
    pc.setLocalDescription('answer');
    pc.setLocalDescription('offer');
    expect(fake.aborts.map(({ error }) => (error as Error).message)).toEqual([
      'Unexpected local description type answer in signaling state stable',
      'No DataChannel or Track to negotiate',
    ]);
  });

  it('knows what is unreleased, and holds it against cleanup', async () => {
    const { fake, rig } = start();
    const { a, b, near } = await rig.connect();
    near.close();
    a.close();
    await until(() => b.state() === 'closed', 'the remote close');
    expect(fake.live.map(({ kind, state }) => `${kind} ${state}`).sort()).toEqual([
      'DataChannel closed',
      'PeerConnection closed',
    ]);
    fake.cleanup();
    expect(fake.violations).toHaveLength(2);
    expect([fake.cleanups, fake.live.length]).toEqual([1, 0]);
  });

  it('never acknowledges a close', async () => {
    const { rig } = start({ faults: { neverAcknowledgeClose: ({ kind }) => kind === 'DataChannel' } });
    const { a, near } = await rig.connect();
    const events: string[] = [];
    near.onClosed(() => events.push('channel'));
    a.onStateChange((state) => events.push(state));
    near.close();
    a.close();
    await turns(SETTLED);
    expect(events).toEqual(['closed']);
  });

  it('throws in close, in create and in send', async () => {
    const { fake, rig } = start();
    const { a, near } = await rig.connect();
    fake.faults.throwInClose = true;
    expect(textOf(() => near.close())).toBe('fake: closing failed');
    expect(fake.live.some(({ kind, name }) => kind === 'DataChannel' && name === 'chat')).toBe(true);
    fake.faults.throwInCreate = true;
    expect(textOf(() => a.createDataChannel('y'))).toBe('fake: creating failed');
    expect(textOf(() => new fake.WebSocket())).toBe('fake: creating failed');
    fake.faults.sendThrows = true;
    expect(textOf(() => near.sendMessage('x'))).toContain('out of memory');
  });

  it('closes from the other side in the middle of a call', async () => {
    const { fake, rig } = start();
    const { near, far } = await rig.connect();
    fake.faults.closeDuring = ({ method }) => method === 'sendMessage';
    expect(textOf(() => near.sendMessage('x'))).toContain('DataChannel is closed');
    expect(far.isOpen()).toBe(false);
  });

  it('calls handlers after close', async () => {
    const { rig } = start({ faults: { fireAfterClose: ({ kind }) => kind === 'DataChannel' } });
    const { near } = await rig.connect();
    const got: unknown[] = [];
    near.onMessage((data) => got.push(data));
    near.close();
    await turns(SETTLED);
    expect(got).toEqual(['fake: late message']);
  });

  it('drops, delays and reorders, the same way for the same seed', async () => {
    async function run(seed: number): Promise<unknown[]> {
      const got: unknown[] = [];
      const drop = ({ data }: { data: unknown }) => data === '3';
      const { rig } = start({ seed, faults: { drop, reorder: true, delay: { min: 0, max: 3 } } });
      const { near } = await rig.connect((far) => far.onMessage((data) => got.push(data)));
      for (let i = 0; i < 20; i += 1) near.sendMessage(`${i}`);
      await until(() => got.length === 19, 'all but one');
      return got;
    }
    const first = await run(7);
    expect(first).not.toContain('3');
    expect(first).not.toEqual([...first].sort((x, y) => Number(x) - Number(y)));
    expect(await run(7)).toEqual(first);
    expect(await run(8)).not.toEqual(first);
  });

  it('blocks until the switch is turned off', async () => {
    const got: unknown[] = [];
    const { fake, rig } = start();
    const { near } = await rig.connect((far) => far.onMessage((data) => got.push(data)));
    fake.faults.block = true;
    expect(near.sendMessage('held')).toBe(false);
    await turns(SETTLED);
    expect([near.bufferedAmount(), got.length]).toEqual([4, 0]);
    fake.faults.block = false;
    await until(() => got.length === 1, 'the message');
    expect(near.bufferedAmount()).toBe(0);
  });

  it('fails to connect, or fails', async () => {
    const { fake, rig } = start({ faults: { failToConnect: true } });
    const failed = Promise.race([rig.connect(), turns(SETTLED)]);
    await failed;
    expect(fake.live.filter(({ kind }) => kind === 'PeerConnection').map(({ state }) => state)).toEqual([
      'connecting',
      'connecting',
    ]);
    fake.cleanup();
    const states: string[] = [];
    const other = start({ faults: { iceFailed: true } });
    const connecting = other.rig.connect();
    connecting.catch(() => undefined);
    await turns(SETTLED);
    states.push(...other.fake.live.filter(({ kind }) => kind === 'PeerConnection').map(({ state }) => state));
    expect(states).toEqual(['closed', 'closed']);
  });

  it('never confirms a reset, so that the stream id stays taken', async () => {
    const { rig } = start({ faults: { neverConfirmReset: true } });
    const { a, near, far } = await rig.connect();
    near.close();
    await until(() => !far.isOpen(), 'the peer’s close');
    await turns(SETTLED);
    expect(a.createDataChannel('probe', { negotiated: true }).getId()).toBe(2);
  });

  it('fails or blocks in cleanup, and reports a foreign one', () => {
    const { fake, rig } = start({ faults: { cleanupThrows: true, cleanupBlocksMs: 30 } });
    rig.connection('x');
    const before = performance.now();
    expect(textOf(() => fake.cleanup())).toContain('cleanup timeout');
    expect(performance.now() - before).toBeGreaterThanOrEqual(30);
    expect([fake.cleanups, fake.live.length]).toEqual([0, 1]);
    fake.faults.cleanupThrows = false;
    const seen: string[] = [];
    const remove = fake.onForeignCleanup?.(
      () => seen.push(`before ${fake.live.length}`),
      () => seen.push(`after ${fake.live.length}`),
    );
    fake.foreignCleanup();
    remove?.();
    fake.foreignCleanup();
    expect(seen).toEqual(['before 1', 'after 0']);
    expect(fake.cleanups).toBe(2);
  });

  it('scripts a single call', async () => {
    const { rig } = start({
      faults: {
        onCall: ({ method, name }) =>
          method === 'isOpen' && name === 'chat' ? { returns: true } : undefined,
      },
    });
    const pc = rig.connection('x');
    expect(pc.createDataChannel('chat').isOpen()).toBe(true);
    expect(pc.createDataChannel('other').isOpen()).toBe(false);
  });

  it('keeps a process alive until everything is closed, as the library does', async () => {
    const script = `
      import { createFakeBinding } from './src/testing/index.ts';
      const fake = createFakeBinding({ faults: { block: true } });
      const pc = new fake.PeerConnection('x', { iceServers: [] });
      pc.onStateChange(() => undefined);
      const channel = pc.createDataChannel('chat');
      const server = new fake.WebSocketServer({ port: 0 });
      const timer = setTimeout(() => {
        console.log('still here');
        channel.close();
        pc.close();
        server.stop();
      }, 100);
      timer.unref();
    `;
    const ended = await runChild(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script]);
    expect(ended).toMatchObject({ code: 0, signal: null, stderr: '', stdout: 'still here\n' });
  });
});
