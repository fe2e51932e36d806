import { once } from 'node:events';
import * as raw from 'node-datachannel';
import * as rawPolyfill from 'node-datachannel/polyfill';
import { RtcRuntime } from 'scoped-rtc';
import { afterEach, expect, onTestFinished, test } from 'vitest';
import * as compat from '../../src/compat/index.js';
import * as polyfill from '../../src/compat/polyfill.js';
import { nothingLeft } from '../support/nothing-left.js';

afterEach(async () => {
  await compat.shutdown();
  await nothingLeft();
  expect(RtcRuntime.shared.snapshot().natives.held).toBe(0);
});

function connected(): [alice: compat.PeerConnection, bob: compat.PeerConnection] {
  const alice = new compat.PeerConnection('alice', { iceServers: [] });
  const bob = new compat.PeerConnection('bob', { iceServers: [] });
  for (const [from, to] of [
    [alice, bob],
    [bob, alice],
  ] as const) {
    from.onLocalDescription((sdp, type) => to.setRemoteDescription(sdp, type));
    from.onLocalCandidate((candidate, mid) => to.addRemoteCandidate(candidate, mid));
  }
  return [alice, bob];
}

const methodsOf = (type: unknown): string[] =>
  Object.getOwnPropertyNames((type as { prototype: object }).prototype).filter(
    (name) => name !== 'constructor',
  );

test('has every export of node-datachannel, and every method of its classes', () => {
  expect(Object.keys(compat)).toEqual(expect.arrayContaining(Object.keys(raw)));
  expect(Object.keys(polyfill)).toEqual(expect.arrayContaining(Object.keys(rawPolyfill)));
  expect(Object.keys(compat.default)).toEqual(expect.arrayContaining(Object.keys(raw.default)));
  const classes = [
    'PeerConnection',
    'DataChannel',
    'Track',
    'WebSocket',
    'WebSocketServer',
    'IceUdpMuxListener',
  ];
  const theirs = raw.default as unknown as Record<string, unknown>;
  const ours = compat.default as unknown as Record<string, { prototype: object }>;
  for (const name of classes) {
    const { prototype } = ours[name] ?? { prototype: {} };
    for (const method of methodsOf(theirs[name])) expect(method in prototype, `${name}.${method}`).toBe(true);
  }
});

test('a stream with a slow reader gets every message, in order (H23)', async () => {
  const [alice, bob] = connected();
  const arrived = new Promise<compat.DataChannel>((resolve) => bob.onDataChannel(resolve));
  const sender = new compat.DataChannelStream(alice.createDataChannel('stream'));
  const receiver = new compat.DataChannelStream(await arrived);
  const received: string[] = [];
  const read = (async () => {
    for await (const chunk of receiver) {
      received.push(chunk as string);
      if (received.length % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  })();
  const sent = Array.from({ length: 2000 }, (_, i) => `message ${i}`);
  for (const message of sent) if (!sender.write(message)) await once(sender, 'drain');
  sender.end();
  await read;
  expect(received).toEqual(sent);
  alice.close();
  bob.close();
});

test('a server that answers and closes at once loses no answer, and lets its port go (H5, H14)', async () => {
  const server = new compat.WebSocketServer({ port: 0, bindAddress: '127.0.0.1' });
  server.onClient((socket) => {
    socket.onMessage((message) => {
      socket.sendMessage(`answer to ${message as string}`);
      socket.close();
    });
  });
  const url = `ws://127.0.0.1:${server.port()}/`;
  const answers = Array.from({ length: 20 }, async (_, i) => {
    const client = new compat.WebSocket();
    const messages: unknown[] = [];
    const closed = new Promise<void>((resolve) => client.onClosed(resolve));
    client.onMessage((message) => messages.push(message));
    client.onOpen(() => client.sendMessage(`question ${i}`));
    client.open(url);
    await closed;
    expect(client).toBeInstanceOf(compat.WebSocket);
    return messages;
  });
  expect(await Promise.all(answers)).toEqual(answers.map((_, i) => [`answer to question ${i}`]));
  server.stop();
  expect(server.port()).toBe(0);
});

test('wrong calls throw, and do not end the process (H10, H12, H13)', async () => {
  const connection = new compat.PeerConnection('alone', { iceServers: [] });
  const channel = connection.createDataChannel('chat');
  expect(() => connection.setLocalDescription('answer')).toThrow(
    expect.objectContaining({ code: 'RTC_INVALID_STATE' }),
  );
  expect(() => connection.addRemoteCandidate('candidate:1 1 UDP 1 127.0.0.1 9 typ host', '0')).toThrow(
    'without remote description',
  );
  expect(() => channel.sendMessage('early')).toThrow(expect.objectContaining({ code: 'RTC_INVALID_STATE' }));
  expect(() => channel.sendMessage(null as never)).toThrow(TypeError);
  expect(() => channel.onMessage('no function' as never)).toThrow(TypeError);
  expect(() => new compat.WebSocket().open('garbage')).toThrow(TypeError);
  expect(() => compat.initLogger('Bogus' as never)).toThrow(TypeError);
  connection.close();
  expect(connection.state()).toBe('closed');
  expect(() => channel.sendMessage('late')).toThrow(expect.objectContaining({ code: 'RTC_CLOSED' }));
});

test('cleanup() may be called twice, and objects made after it work', async () => {
  const before = new compat.PeerConnection('before', { iceServers: [] });
  const closed = new Promise<void>((resolve) =>
    before.onStateChange((state) => state === 'closed' && resolve()),
  );
  compat.cleanup();
  compat.cleanup();
  await closed;
  const [alice, bob] = connected();
  const message = new Promise((resolve) => bob.onDataChannel((channel) => channel.onMessage(resolve)));
  const channel = alice.createDataChannel('chat');
  channel.onOpen(() => channel.sendMessage('hello'));
  expect(await message).toBe('hello');
});

// libp2p asks for `bufferedamountlow` at 0 and answers the last message of a stream while the connection ends. The polyfill's
// callback for errors throws a ReferenceError, which ended the process.
test('a message that the end of its connection leaves unsent does not run the callback of the polyfill', async () => {
  const [alice, bob] = connected();
  const native = alice.createDataChannel('chat');
  const channel = new polyfill.RTCDataChannel(native as never) as unknown as EventTarget & {
    bufferedAmountLowThreshold: number;
    send(data: Uint8Array): void;
  };
  const failed: unknown[] = [];
  const collect = (error: unknown) => void failed.push(error);
  process.on('unhandledRejection', collect);
  onTestFinished(() => void process.off('unhandledRejection', collect));
  await once(channel, 'open');
  channel.bufferedAmountLowThreshold = 0;
  for (let n = 0; n < 100; n++) channel.send(new Uint8Array(60_000));
  const closed = once(channel, 'close');
  bob.close();
  await closed;
  expect(failed).toEqual([]);
});

test('a channel that is closed in the datachannel event of the polyfill does not open', async () => {
  interface Channel extends EventTarget {
    onopen: () => void;
    onclose: () => void;
    send(message: string): void;
    close(): void;
    onmessage: (event: { data: unknown }) => void;
  }
  interface Connection {
    ondatachannel: (event: { channel: Channel }) => void;
    onicecandidate: (event: { candidate: object | null }) => void;
    createDataChannel(label: string): Channel;
    createOffer(): Promise<{ type: string; sdp: string }>;
    createAnswer(): Promise<{ type: string; sdp: string }>;
    setLocalDescription(description: object): Promise<void>;
    setRemoteDescription(description: object): Promise<void>;
    addIceCandidate(candidate: object | null): Promise<void>;
    close(): void;
  }
  const RTCPeerConnection = polyfill.RTCPeerConnection as unknown as new () => Connection;
  const [alice, bob] = [new RTCPeerConnection(), new RTCPeerConnection()];
  alice.onicecandidate = ({ candidate }) => void bob.addIceCandidate(candidate);
  bob.onicecandidate = ({ candidate }) => void alice.addIceCandidate(candidate);
  const events: string[] = [];
  const ended = new Promise<void>((resolve) => {
    bob.ondatachannel = async ({ channel }) => {
      channel.onopen = () => events.push('open');
      channel.onclose = () => {
        events.push('close');
        resolve();
      };
      channel.send('answer');
      channel.close();
    };
  });
  const channel = alice.createDataChannel('chat');
  channel.onmessage = ({ data }) => events.push(`message ${String(data)}`);
  const offer = await alice.createOffer();
  await alice.setLocalDescription(offer);
  await bob.setRemoteDescription(offer);
  await alice.setRemoteDescription(await bob.createAnswer());
  await ended;
  expect(events).toEqual(['message answer', 'close']);
  alice.close();
  bob.close();
});
