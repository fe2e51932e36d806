import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { inspect } from 'node:util';
import { type NodeSnapshot, RtcRuntime, type TeardownReport } from 'scoped-rtc';
import { describe, expect, it } from 'vitest';
import { createFakeBinding, loopbackPair } from '../../src/testing/index.js';
import { runChild } from '../support/child.js';
import { take } from '../support/event.js';

function everything(nodes: readonly NodeSnapshot[]): NodeSnapshot[] {
  return nodes.flatMap((node) => [node, ...everything(node.children)]);
}

describe('snapshot()', () => {
  it('counts messages and bytes of each channel, and of all that ever were', async () => {
    const runtime = new RtcRuntime();
    const scope = runtime.scope('app');
    const { near, far } = await loopbackPair(scope);
    for (let n = 0; n < 5; n++) await near.send('x'.repeat(10));
    await near.send(Buffer.alloc(50));
    await take(far, 6);
    const nodes = everything(runtime.snapshot().scopes);
    const nodeOf = (path: string) => nodes.find((node) => node.path === path);
    expect(nodeOf(near.path)).toMatchObject({ messagesSent: 6, bytesSent: 100, messagesReceived: 0 });
    expect(nodeOf(far.path)).toMatchObject({ messagesReceived: 6, bytesReceived: 100, messagesSent: 0 });
    expect(nodeOf(near.path)?.createdAt).toBeGreaterThan(Date.now() - 60_000);
    const moved = { messagesSent: 6, messagesReceived: 6, bytesSent: 100, bytesReceived: 100 };
    expect(runtime.snapshot().traffic).toEqual(moved);
    await near.close();
    expect(runtime.snapshot().traffic).toEqual(moved);
    await scope.disposeAsync();
    expect(runtime.snapshot().traffic).toEqual(moved);
  });

  it('says where each handle was made when traced, and nothing of it otherwise', async () => {
    const program = new URL('programs/traced.ts', import.meta.url);
    const stacksOf = async (trace: string) => {
      const { lines } = await runChild(program, [], { environment: { SCOPED_RTC_TRACE: trace } });
      return lines[0]?.stacks as Record<string, string | null>;
    };
    const traced = await stacksOf('1');
    expect(traced['app/alone']).toMatch(/programs\/traced\.ts:\d+:\d+/);
    expect(traced.app).toBeNull();
    expect(Object.values(await stacksOf('')).filter(Boolean)).toEqual([]);
  });
});

describe('util.inspect', () => {
  it('shows a runtime, a scope and a handle with what they own', async () => {
    const runtime = new RtcRuntime({ native: createFakeBinding() });
    const scope = runtime.scope('app');
    const room = scope.fork('room');
    const pc = room.createPeerConnection('alice');
    const chat = pc.createDataChannel('chat');
    const age = String.raw`\d+\.\d s`;
    expect(inspect(chat)).toMatch(new RegExp(`^app/room/alice/chat {2}DataChannel {2}opening, ${age}$`));
    expect(inspect(pc)).toMatch(
      new RegExp(`^app/room/alice {2}PeerConnection {2}opening, ${age}\\n└─ chat {2}DataChannel`),
    );
    expect(inspect(room)).toMatch(/^app\/room {2}scope {2}live\n└─ alice {2}PeerConnection.*\n {3}└─ chat/);
    expect(inspect({ runtime })).toContain('scoped-rtc: active, generation 1');
    await scope.disposeAsync();
    expect(inspect(chat)).toMatch(/^app\/room\/alice\/chat {2}DataChannel {2}closed/);
    expect(inspect(room)).toBe('app/room  scope  ended');
  });
});

describe('the diagnostics channels', () => {
  const CHANNELS = [
    'scoped-rtc:handle:create',
    'scoped-rtc:handle:open',
    'scoped-rtc:handle:close',
    'scoped-rtc:runtime:teardown',
    'scoped-rtc:runtime:cleanup',
    'scoped-rtc:warning',
  ];

  it('report the life of every handle, of cleanup and of warnings', async () => {
    const reported: [string, object][] = [];
    const listener = (message: unknown, name: string | symbol) =>
      void reported.push([String(name).slice('scoped-rtc:'.length), message as object]);
    for (const name of CHANNELS) subscribe(name, listener);
    try {
      const runtime = new RtcRuntime();
      using _quiet = runtime.subscribe('warning', () => {});
      const scope = runtime.scope('app');
      const server = scope.createWebSocketServer({ port: 0, bindAddress: '127.0.0.1' });
      expect(() => server.dependsOn(server)).toThrow();
      await server.close();
      scope.createPeerConnection('alice').abort('enough');
      await scope.disposeAsync();
    } finally {
      for (const name of CHANNELS) unsubscribe(name, listener);
    }
    const server = { path: 'app/server', kind: 'WebSocketServer' };
    const alice = { path: 'app/alice', kind: 'PeerConnection' };
    const tornDown = ({ path, kind }: { path: string; kind: string }, ...others: string[]) => ({
      ...{ path, kind },
      report: [...others, path].map((step) => expect.objectContaining({ path: step })),
    });
    expect(reported).toEqual([
      ['handle:create', server],
      ['handle:open', server],
      ['warning', expect.objectContaining({ code: 'RTC_DEPENDENCY_CYCLE', path: 'app/server' })],
      ['handle:close', expect.objectContaining({ ...server, by: 'local', undelivered: 0 })],
      ['runtime:teardown', tornDown(server)],
      ['handle:create', alice],
      ['handle:close', expect.objectContaining({ ...alice, by: 'local', reason: 'enough', undelivered: 0 })],
      ['runtime:teardown', tornDown(alice)],
      ['runtime:cleanup', { generation: 1, cleanups: 1, ms: expect.any(Number) }],
      ['runtime:teardown', tornDown({ path: 'app', kind: 'scope' }, 'app/cleanup')],
    ]);
  });
});

describe('the teardown report', () => {
  it('says when each member began and ended, in the time of the whole', async () => {
    const runtime = new RtcRuntime();
    let report: TeardownReport = [];
    using _told = runtime.subscribe('teardown', (steps, path) => {
      if (path === 'app') report = steps;
    });
    const scope = runtime.scope('app');
    const { near, far } = await loopbackPair(scope);
    far.on('message', () => {});
    scope.defer(() => new Promise((resolve) => setTimeout(resolve, 20)));
    for (let n = 0; n < 200; n++) void near.send('x'.repeat(1000));
    await scope.disposeAsync();
    let last = 0;
    for (const { path, ms, drainMs, startedAt, endedAt } of report) {
      expect(startedAt, path).toBeGreaterThanOrEqual(0);
      expect(endedAt, path).toBeGreaterThanOrEqual(last);
      // What is drained early waits for its turn: that is no time of its own.
      expect(endedAt - startedAt, path).toBeGreaterThanOrEqual(ms - 0.01);
      expect(ms, path).toBeGreaterThanOrEqual(drainMs);
      last = endedAt;
    }
    const entry = report.find(({ kind }) => kind === 'entry');
    expect(entry?.endedAt).toBeGreaterThan(15);
    expect(report.find(({ path }) => path === near.path)?.drainMs).toBeGreaterThan(0);
  });
});
