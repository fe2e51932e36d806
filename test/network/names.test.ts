import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import {
  type DataChannel,
  memorySignaling,
  type PeerConnectionConfig,
  RtcRuntime,
  type RtcScope,
  type TeardownReport,
} from 'scoped-rtc';
import { expect, it, onTestFinished } from 'vitest';
import type { ResolveName } from '../../src/library/names/name-resolver.js';
import { nextEvent, within } from '../support/event.js';
import { wire } from '../support/connected-pair.js';

/** A runtime whose name servers are `resolveName`, and a scope of it. */
function scopeWith(resolveName: ResolveName): RtcScope {
  const scope = new RtcRuntime({ resolveName }).scope('app', { timeout: 3000 });
  onTestFinished(async () => {
    await scope.disposeAsync();
    expect(RtcRuntime.shared.threads().count).toBe(0);
  });
  return scope;
}

/** Answers when the test lets it. */
function slowNameServer(...addresses: string[]): {
  resolve: ResolveName;
  asked: string[];
  answer(): void;
  aborted: number;
} {
  let answer = () => {};
  const ready = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const server = {
    asked: [] as string[],
    aborted: 0,
    answer,
    resolve: (name: string, signal: AbortSignal) => {
      server.asked.push(name);
      return new Promise<readonly string[]>((resolve, reject) => {
        signal.addEventListener('abort', () => {
          server.aborted++;
          reject(signal.reason as Error);
        });
        void ready.then(() => resolve(addresses));
      });
    },
  };
  return server;
}

async function stunServer(): Promise<{ port: number; received: () => Promise<unknown> }> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  onTestFinished(() => void socket.close());
  const first = once(socket, 'message');
  return {
    port: (socket.address() as AddressInfo).port,
    received: () => within(first, 'a request to the STUN server'),
  };
}

const pairOf = (scope: RtcScope, config: PeerConnectionConfig) =>
  ['alice', 'bob'].map((name) => scope.createPeerConnection(name, config)) as [
    ReturnType<RtcScope['createPeerConnection']>,
    ReturnType<RtcScope['createPeerConnection']>,
  ];

it('the library is given the address of a STUN server whose name was found', async () => {
  const names = slowNameServer('::1', '127.0.0.1');
  const stun = await stunServer();
  const scope = scopeWith(names.resolve);
  const pc = scope.createPeerConnection('pc', { iceServers: [`stun:stun.example.org:${stun.port}`] });
  pc.createDataChannel('chat');
  expect(names.asked).toEqual(['stun.example.org']);
  expect(pc.gatheringState).toBe('new');
  names.answer();
  await stun.received();
  expect(pc.signalingState).toBe('have-local-offer');
});

it('what was made and described while the name was looked up is there afterwards', async () => {
  const names = slowNameServer('127.0.0.1');
  const scope = scopeWith(names.resolve);
  const [alice, bob] = pairOf(scope, { iceServers: ['stun:stun.example.org:9'] });
  const [near, far] = memorySignaling();
  const chat = alice.createDataChannel('chat', { protocol: 'v1' });
  expect([chat.state, chat.id, chat.protocol]).toEqual(['opening', undefined, 'v1']);
  const greeting = chat.send('sent before there was a connection');
  const incoming = nextEvent<[DataChannel]>(bob, 'dataChannel');
  const up = Promise.all([alice.negotiate(near), bob.negotiate(far)]);
  names.answer();
  await up;
  await greeting;
  const [channel] = await incoming;
  for await (const message of channel) {
    expect(message).toBe('sent before there was a connection');
    break;
  }
});

it('an offer and candidates of the peer are taken while the name is looked up', async () => {
  const names = slowNameServer('127.0.0.1');
  const scope = scopeWith(names.resolve);
  const alice = scope.createPeerConnection('alice');
  const bob = scope.createPeerConnection('bob', { iceServers: ['stun:stun.example.org:9'] });
  wire(alice, bob);
  const chat = alice.createDataChannel('chat');
  await expect.poll(() => bob.remoteDescription()?.type).toBe('offer');
  expect(bob.localDescription()).toBeNull();
  names.answer();
  await chat.opened();
});

it('offers that cross while the names are looked up are settled', async () => {
  const names = slowNameServer('127.0.0.1');
  const scope = scopeWith(names.resolve);
  const [alice, bob] = pairOf(scope, { iceServers: ['stun:stun.example.org:9'] });
  const [near, far] = memorySignaling();
  const channels = [alice.createDataChannel('a'), bob.createDataChannel('b')];
  const up = Promise.all([alice.negotiate(near), bob.negotiate(far)]);
  names.answer();
  await up;
  await Promise.all(channels.map((channel) => channel.opened()));
});

it('a channel that is closed before the name was found costs the others nothing', async () => {
  const names = slowNameServer('127.0.0.1');
  const scope = scopeWith(names.resolve);
  const [alice, bob] = pairOf(scope, { iceServers: ['stun:stun.example.org:9'] });
  const [near, far] = memorySignaling();
  const early = alice.createDataChannel('early');
  const chat = alice.createDataChannel('chat');
  await early.close();
  const up = Promise.all([alice.negotiate(near), bob.negotiate(far)]);
  names.answer();
  await up;
  await chat.opened();
});

it('a description that the library refuses when the name was found ends the connection with its words', async () => {
  const names = slowNameServer('127.0.0.1');
  const scope = scopeWith(names.resolve);
  const pc = scope.createPeerConnection('pc', { iceServers: ['stun:stun.example.org:9'] });
  const failed = nextEvent(pc, 'error');
  pc.setRemoteDescription('v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=fingerprint:none\r\n', 'offer');
  names.answer();
  const [error] = await failed;
  expect(error).toMatchObject({ code: 'RTC_NATIVE', cause: expect.any(Error) });
});

it('a name that is never answered holds up no connection for good, and is reported', async () => {
  const names = slowNameServer();
  const scope = scopeWith(names.resolve);
  for (let round = 0; round < 2; round++) {
    const [near, far] = memorySignaling();
    const alice = scope.createPeerConnection(`alice-${round}`, { iceServers: ['stun:stun.example.org'] });
    const bob = scope.createPeerConnection(`bob-${round}`);
    alice.createDataChannel('chat');
    await Promise.all([alice.negotiate(near), bob.negotiate(far)]);
    expect(alice.servers?.outcomes()).toEqual([
      { url: 'stun:stun.example.org:3478', outcome: 'the name server has not answered' },
    ]);
  }
});

it('a scope that ends while names are looked up gives the lookups up', async () => {
  const names = slowNameServer();
  const runtime = new RtcRuntime({ resolveName: names.resolve });
  const scope = runtime.scope('app', { timeout: 3000 });
  const [alice] = pairOf(scope, {
    iceServers: ['stun:one.example.org', { urls: 'turn:two.example.org', username: 'u', credential: 'p' }],
  });
  const chat = alice.createDataChannel('chat');
  const opened = chat.opened();
  const reports: TeardownReport[] = [];
  runtime.on('teardown', (report) => reports.push(report));
  await scope.disposeAsync();
  expect(reports.flat().filter(({ outcome }) => outcome !== 'closed')).toEqual([]);
  await expect(opened).rejects.toMatchObject({ code: 'RTC_CLOSING' });
  expect(names.asked).toHaveLength(4);
  expect(names.aborted).toBe(4);
  expect((await alice.closed()).by).toBe('owner');
});

it('candidates with a name, as browsers have them, are looked up here', async () => {
  const addresses = new Map<string, string>();
  const asked: string[] = [];
  const scope = scopeWith(async (name) => {
    asked.push(name);
    return [addresses.get(name) ?? ''];
  });
  const [alice, bob] = pairOf(scope, {});
  const hide = (text: string) =>
    text.replace(/( UDP \d+ )(\S+)( \d+ typ host)/g, (_, before: string, address: string, after: string) => {
      const name = `${address.replaceAll(/[.:]/g, '-')}.local`;
      addresses.set(name, address);
      return `${before}${name}${after}`;
    });
  const [near, far] = memorySignaling();
  const hiding: typeof far = {
    ...far,
    send: (message) => far.send(message),
    close: () => far.close(),
    subscribe: (take, ended) =>
      far.subscribe((message) => take(JSON.parse(hide(JSON.stringify(message))) as typeof message), ended),
  };
  const chat = alice.createDataChannel('chat');
  await Promise.all([alice.negotiate(near), bob.negotiate(hiding)]);
  await chat.opened();
  expect(asked.sort()).toEqual([...addresses.keys()].sort());
});

it('a candidate with a name within a description is looked up', async () => {
  const names = slowNameServer('127.0.0.1');
  const scope = scopeWith(names.resolve);
  const [alice, bob] = pairOf(scope, {});
  alice.createDataChannel('chat');
  const [{ sdp }] = await nextEvent<[{ sdp: string }]>(alice, 'localDescription');
  const candidate = 'a=candidate:1 1 UDP 2122260223 6a5d1f0e-1.local 50000 typ host';
  bob.setRemoteDescription(sdp.replace(/^a=ice-ufrag/m, `${candidate}\r\na=ice-ufrag`), 'offer');
  expect(names.asked).toEqual(['6a5d1f0e-1.local']);
  expect(bob.remoteDescription()?.sdp).not.toContain('.local');
  names.answer();
  await expect.poll(() => bob.remoteDescription()?.sdp).toContain(' 127.0.0.1 50000 ');
});

it('a candidate whose name nobody answers for leaves nothing behind', async () => {
  const names = slowNameServer();
  const scope = scopeWith(names.resolve);
  const [alice, bob] = pairOf(scope, {});
  wire(alice, bob);
  const chat = alice.createDataChannel('chat');
  await chat.opened();
  bob.addRemoteCandidate('candidate:1 1 UDP 2122260223 6a5d1f0e-1.local 50000 typ host', '0');
  expect(names.asked).toEqual(['6a5d1f0e-1.local']);
  await bob.close();
  expect(names.aborted).toBe(1);
});
