import { type HandleDetails, type NodeSnapshot, RtcRuntime, type RuntimeTrace } from 'scoped-rtc';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RUNTIME_TRACE } from '../../src/diagnostics/trace.js';
import { createFakeBinding, loopbackPair } from '../../src/testing/index.js';
import { take } from '../support/event.js';

const SECRET = 'hunter2correcthorsebatterystaple';

function detailsOf(nodes: readonly NodeSnapshot[], path: string): HandleDetails | undefined {
  for (const node of nodes) {
    const found = node.path === path ? node.details : detailsOf(node.children, path);
    if (found) return found;
  }
  return undefined;
}

describe('snapshot({ details })', () => {
  it('says how a connection and its channels are, and no password', async () => {
    const runtime = new RtcRuntime();
    await using scope = runtime.scope('app');
    const { near, far } = await loopbackPair(scope);
    await near.send('x'.repeat(1000));
    await take(far, 1);
    const snapshot = runtime.snapshot({ details: true });
    const { connection } = detailsOf(snapshot.scopes, 'app/alice') as Required<HandleDetails>;
    expect(connection).toMatchObject({
      connectionState: 'connected',
      signalingState: 'stable',
      dtls: 'connected',
      progress: { localDescription: 'offer', remoteDescription: 'answer', servers: [] },
      localDescription: { type: 'offer' },
      remoteDescription: { type: 'answer' },
    });
    expect(['connected', 'completed']).toContain(connection.iceState);
    expect(connection.localCandidates.length).toBeGreaterThan(0);
    for (const candidate of [...connection.localCandidates, ...connection.remoteCandidates]) {
      expect(candidate).toEqual({
        type: 'host',
        protocol: 'udp',
        address: expect.stringMatching(/^[\d.:a-f]+$/),
        port: expect.any(Number),
      });
    }
    expect(connection.selectedPair?.local.port).toBeGreaterThan(0);
    expect(connection.localDescription?.sdp).toMatch(/a=ice-pwd:"?\[redacted\]/);
    expect(connection.remoteDescription?.sdp).toMatch(/a=ice-pwd:"?\[redacted\]/);
    expect(detailsOf(snapshot.scopes, near.path)).toMatchObject({
      channel: {
        bufferedAmount: 0,
        highWaterMark: 1024 * 1024,
        senderWaits: false,
        sendQueue: { messages: 0, bytes: 0, limit: { messages: 1024 } },
        receiveBuffer: { messages: 0, bytes: 0, limit: { messages: 65_536 } },
        undelivered: 0,
      },
      dataChannel: { label: 'chat', origin: 'created', ordered: true, maxRetransmits: undefined },
    });
    expect(detailsOf(snapshot.scopes, far.path)?.dataChannel).toMatchObject({ origin: 'incoming' });
  });

  it('of one member only, where its path is given; of none by default', async () => {
    const runtime = new RtcRuntime({ native: createFakeBinding() });
    await using scope = runtime.scope('app');
    scope.createPeerConnection('alice').createDataChannel('chat', { unordered: true, maxRetransmits: 2 });
    const { scopes } = runtime.snapshot({ details: 'app/alice/chat' });
    expect(detailsOf(scopes, 'app/alice/chat')?.dataChannel).toMatchObject({
      ordered: false,
      maxRetransmits: 2,
    });
    expect(detailsOf(scopes, 'app/alice')).toBeUndefined();
    expect(detailsOf(runtime.snapshot().scopes, 'app/alice/chat')).toBeUndefined();
  });
});

describe('trace()', () => {
  let runtime: RtcRuntime;
  beforeEach(() => {
    vi.stubEnv('SCOPED_RTC_TRACE', '1');
    runtime = new RtcRuntime();
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await runtime.shutdown();
  });
  const of = (trace: RuntimeTrace, path: string) =>
    trace.events.filter((event) => event.path === path).map(({ type, text }) => `${type} ${text ?? ''}`);

  it('says how a connection came up and ended, in order', async () => {
    await using scope = runtime.scope('app');
    const { near } = await loopbackPair(scope);
    await near.close();
    await scope.disposeAsync();
    const trace = runtime.trace();
    expect(trace).toMatchObject({ format: 'scoped-rtc trace', version: 1, forgotten: 0 });
    const alice = of(trace, 'app/alice');
    const inOrder = [
      'create ',
      'description local offer',
      'description remote answer',
      'state connection connected',
      'open ',
      'closing with its owner',
      'close with its owner',
    ];
    expect(alice.filter((line) => inOrder.includes(line))).toEqual(inOrder);
    expect(alice).toContain('state ice connected');
    expect(alice.some((line) => /^candidate local host udp .+:\d+$/.test(line))).toBe(true);
    expect(alice.some((line) => /^candidate remote host udp .+:\d+$/.test(line))).toBe(true);
    expect(of(trace, near.path).at(-1)).toBe('teardown 1 member');
    expect(trace.events.at(-1)).toMatchObject({ type: 'teardown', path: 'app', ms: expect.any(Number) });
    expect(trace.teardowns.at(-1)?.path).toBe('app');
    expect(trace.events.map(({ n }) => n)).toEqual(trace.events.map((_, index) => index + 1));
    for (const [index, event] of trace.events.entries())
      expect(event.at).toBeGreaterThanOrEqual(trace.events[index - 1]?.at ?? 0);
  });

  it('says why a connection did not come up, without secrets', async () => {
    await using scope = runtime.scope('app');
    const pc = scope.createPeerConnection('alice', {
      iceServers: [{ urls: 'turn:127.0.0.1:9', username: 'me', credential: SECRET }],
    });
    pc.createDataChannel('chat');
    await expect(pc.connected({ timeout: 50 })).rejects.toThrow('nobody at the other end');
    void pc.abort(new Error(`no use: password=${SECRET}`));
    await scope.disposeAsync();
    const trace = JSON.stringify(runtime.trace());
    expect(trace).not.toContain(SECRET);
    const events = of(JSON.parse(trace) as RuntimeTrace, 'app/alice');
    expect(events.find((line) => line.startsWith('waited'))).toMatch(
      /^waited not connected: nobody at the other end of the signaling has answered the offer; turn:127/,
    );
    const closing = runtime.trace().events.find(({ type, path }) => type === 'closing' && path === pc.path);
    expect(closing?.error).toEqual({ name: 'Error', message: 'no use: password="[redacted]"' });
  });

  it('keeps the latest 4096 events', async () => {
    const { [RUNTIME_TRACE]: trace } = runtime;
    for (let n = 0; n < 5000; n++) trace.note('state', 'app', String(n));
    const { events, forgotten } = runtime.trace();
    expect(events).toHaveLength(4096);
    expect([events[0]?.text, events.at(-1)?.text, forgotten]).toEqual(['904', '4999', 904]);
  });

  it('is empty where nobody records, and a state that only the trace wanted comes late to nobody', async () => {
    vi.stubEnv('SCOPED_RTC_TRACE', '');
    const quiet = new RtcRuntime({ native: createFakeBinding() });
    await quiet.scope('app').disposeAsync();
    expect(quiet.trace()).toMatchObject({ recordedSince: null, events: [], teardowns: [] });

    await using scope = runtime.scope('app');
    const { alice } = await loopbackPair(scope);
    const received: string[] = [];
    alice.on('iceStateChange', (state) => received.push(state));
    await new Promise((resolve) => setImmediate(resolve));
    expect(received).toEqual([]);
  });
});
