import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import * as esModule from 'node-datachannel';
import { memorySignaling, type PeerConnection, RtcRuntime, type RtcScope } from 'scoped-rtc';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { nextEvent, take, until, within } from '../support/event.js';
import { commonJs, rawPair } from './raw-pair.js';
import { nothingLeft } from '../support/nothing-left.js';

let scope: RtcScope;
beforeEach(() => {
  scope = RtcRuntime.acquire('adopting');
});
afterEach(async () => {
  await scope.disposeAsync();
  await nothingLeft();
});

describe.each([
  ['an ES module', esModule],
  ['CommonJS', commonJs],
])('natives that other code made with the binding as %s', (_, binding) => {
  it('a connection in use, with both of its ends and their channels', async () => {
    const raw = rawPair(binding);
    const far = await raw.far;
    await until(() => raw.near.isOpen(), 'the channel');
    const alice = scope.adoptNative(raw.alice, { name: 'alice' });
    const bob = scope.adoptNative(raw.bob, { name: 'bob' });
    const near = scope.adoptNative(raw.near, { connection: alice });
    const there = scope.adoptNative(far, { connection: bob });
    expect([alice.path, near.path, there.path]).toEqual([
      'adopting/alice',
      'adopting/alice/chat',
      'adopting/bob/chat',
    ]);
    await Promise.all([alice.connected(), near.opened(), there.opened()]);
    const received = take(there, 1000);
    for (let n = 0; n < 1000; n++) await near.send(`${n}`);
    expect((await received).at(-1)).toBe('999');
    // What the connection does from now on goes to the handle.
    const incoming = nextEvent<[{ label: string }]>(bob, 'dataChannel');
    await alice.createDataChannel('second').opened();
    expect((await incoming)[0].label).toBe('second');
    const reports: string[][] = [];
    using _listening = RtcRuntime.shared.subscribe('teardown', (report) =>
      reports.push(report.map((step) => step.path)),
    );
    await near.send('the last');
    const last = take(there, 1);
    await scope.disposeAsync();
    expect(await last).toEqual(['the last']);
    expect(reports.at(-1)?.at(-1)).toBe('adopting');
    expect((await near.closed()).undelivered).toBe(0);
  });

  it('a connection before it is used is negotiated by its handle', async () => {
    const raw = {
      alice: new binding.PeerConnection('a', { iceServers: [] }),
      bob: new binding.PeerConnection('b', { iceServers: [] }),
    };
    const alice = scope.adoptNative(raw.alice, { name: 'alice' });
    const bob = scope.adoptNative(raw.bob, { name: 'bob' });
    expect(() => alice.setLocalDescription('offer')).toThrow(
      expect.objectContaining({ code: 'RTC_INVALID_STATE' }),
    );
    alice.on('localDescription', (description) => bob.setRemoteDescription(description));
    bob.on('localDescription', (description) => alice.setRemoteDescription(description));
    alice.on('localCandidate', (candidate, mid) => bob.addRemoteCandidate(candidate, mid));
    bob.on('localCandidate', (candidate, mid) => alice.addRemoteCandidate(candidate, mid));
    const chat = alice.createDataChannel('chat');
    await chat.opened();
  });

  it('a WebSocket', async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    server.on('connection', (socket) => socket.on('message', (data) => socket.send(String(data))));
    await once(server, 'listening');
    const native = new binding.WebSocket();
    native.open(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const socket = scope.adoptNative(native, { name: 'signaling' });
    await socket.opened();
    await socket.send('hello');
    expect(await take(socket, 1)).toEqual(['hello']);
    await socket.close();
    expect(await socket.closed()).toMatchObject({ by: 'local', undelivered: 0 });
    server.close();
  });
});

describe('adoptNative', () => {
  it('replaces callbacks that throw, without a word to whoever registered them', async () => {
    const raw = rawPair(commonJs);
    const far = await raw.far;
    let called = 0;
    const theirs = () => {
      called++;
      throw new Error('this would abort the process');
    };
    raw.bob.onTrack(theirs);
    raw.bob.onStateChange(theirs);
    raw.bob.onIceStateChange(theirs);
    raw.bob.onDataChannel(theirs);
    far.onMessage(theirs);
    far.onError(theirs);
    far.onBufferedAmountLow(theirs);
    const bob = scope.adoptNative(raw.bob, { name: 'bob' });
    const there = scope.adoptNative(far, { connection: bob });
    const alice = scope.adoptNative(raw.alice);
    const near = scope.adoptNative(raw.near, { connection: alice });
    await near.send('to the handle');
    expect(await take(there, 1)).toEqual(['to the handle']);
    await alice.createDataChannel('another').opened();
    await scope.disposeAsync();
    expect(called).toBe(0);
  });

  it('replaces those of a connection that is yet to be negotiated as well', async () => {
    let called = 0;
    const theirs = () => void called++;
    const [alice, bob] = ['alice', 'bob'].map((name) => {
      const native = new commonJs.PeerConnection(name, { iceServers: [] });
      native.onLocalDescription(theirs);
      native.onLocalCandidate(theirs);
      native.onStateChange(theirs);
      native.onIceStateChange(theirs);
      native.onSignalingStateChange(theirs);
      native.onGatheringStateChange(theirs);
      native.onDataChannel(theirs);
      native.onTrack(theirs);
      return scope.adoptNative(native, { name });
    }) as [PeerConnection, PeerConnection];
    const [left, right] = memorySignaling();
    alice.createDataChannel('chat');
    alice.addTrack({ kind: 'audio', codecs: [{ codec: 'opus', payloadType: 111 }] });
    const track = nextEvent(bob, 'track');
    await Promise.all([alice.negotiate(left), bob.negotiate(right), track]);
    await scope.disposeAsync();
    expect(called).toBe(0);
  });

  it('takes a channel whose connection somebody else keeps, and says what it cannot confirm', async () => {
    const raw = rawPair(commonJs);
    const far = scope.adoptNative(await raw.far);
    const near = scope.adoptNative(raw.near);
    await near.opened();
    const received = take(far, 3);
    for (const text of ['a', 'b', 'c']) await near.send(text);
    await near.close();
    expect(await received).toEqual(['a', 'b', 'c']);
    expect((await near.closed()).by).toBe('local');
    expect((await within(far.closed(), 'the other end')).by).toBe('remote');
    raw.alice.close();
    raw.bob.close();
  });

  it('gives a handle that closes at once for a native that has ended', async () => {
    const raw = rawPair(commonJs);
    const far = await raw.far;
    await until(() => raw.near.isOpen(), 'the channel');
    far.close();
    await until(() => !raw.near.isOpen(), 'its end');
    // Closed by itself, closed by its peer.
    const closed = [scope.adoptNative(far), scope.adoptNative(raw.near)];
    raw.alice.close();
    raw.bob.close();
    await until(() => raw.bob.state() === 'closed', 'the end of the connection');
    const socket = new commonJs.WebSocket();
    socket.close();
    for (const handle of [
      ...closed,
      scope.adoptNative(raw.alice),
      scope.adoptNative(raw.bob),
      scope.adoptNative(socket),
    ]) {
      await within(handle.closed(), handle.path);
      expect(handle.state).toBe('closed');
    }
    expect(closed[1]?.label).toBe('chat');
    await expect(closed[0]?.send('x')).rejects.toMatchObject({ code: 'RTC_CLOSED' });
  });

  it('refuses a native that is owned, or was', async () => {
    const native = new commonJs.PeerConnection('one', { iceServers: [] });
    const handle = scope.adoptNative(native);
    const refused = expect.objectContaining({ code: 'RTC_INVALID_STATE' });
    expect(() => scope.adoptNative(native)).toThrow(refused);
    await using other = scope.fork('other');
    expect(() => other.adoptNative(native)).toThrow(refused);
    await handle.close();
    expect(() => scope.adoptNative(native)).toThrow(refused);
  });

  it.each<[string, () => unknown]>([
    ['nothing', () => undefined],
    ['a plain object', () => ({ close() {}, state: () => 'new' })],
    ['a prototype without an object', () => Object.create(commonJs.PeerConnection.prototype)],
    ['the class', () => commonJs.PeerConnection],
    ['a description of media', () => new commonJs.Video('video', 'SendOnly')],
    ['a proxy', () => new Proxy(ownedSocket(), {})],
    ['a handle', () => scope.createPeerConnection()],
  ])('refuses %s with a TypeError', (_name, make) => {
    expect(() => scope.adoptNative(make() as never)).toThrow(TypeError);
    expect(() => scope.adoptNative(make() as never)).toThrow(/native must be/);
  });

  it('checks its options, and the connection', () => {
    const native = new commonJs.PeerConnection('one', { iceServers: [] });
    expect(() => scope.adoptNative(native, { connection: 1 } as never)).toThrow(
      /options.connection is not a known/,
    );
    expect(() => scope.adoptNative(native, { name: 5 } as never)).toThrow(/options.name/);
    const channel = native.createDataChannel('x');
    expect(() => scope.adoptNative(channel, { connection: native } as never)).toThrow(
      /options.connection must be a PeerC/,
    );
    expect(() => scope.adoptNative(channel, { highWaterMark: -1 })).toThrow(/options.highWaterMark/);
    const owner = scope.adoptNative(native);
    expect(scope.adoptNative(channel, { connection: owner }).label).toBe('x');
  });

  it('refuses in a scope that has ended', async () => {
    const ended = scope.fork('ended');
    await ended.disposeAsync();
    const native = new commonJs.PeerConnection('one', { iceServers: [] });
    expect(() => ended.adoptNative(native)).toThrow(expect.objectContaining({ code: 'RTC_SCOPE_DISPOSED' }));
    expect(scope.adoptNative(native).state).not.toBe('closed'); // it was left as it is
  });

  it('passes an abort on', async () => {
    const controller = new AbortController();
    const native = new commonJs.PeerConnection('one', { iceServers: [] });
    const handle = scope.adoptNative(native, { signal: controller.signal });
    controller.abort(new Error('enough'));
    expect(await handle.closed()).toMatchObject({ by: 'local', reason: { message: 'enough' } });
  });
});

/** Dropped without an owner it would crash the cleanup once it is collected (H2). */
function ownedSocket(): InstanceType<typeof commonJs.WebSocket> {
  const socket = new commonJs.WebSocket();
  scope.adoptNative(socket);
  return socket;
}
