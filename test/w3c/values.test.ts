import { expect, it } from 'vitest';
import type { PeerConnection } from '../../src/compat/w3c/w3c-types.js';
import { once, Pair } from './pair.js';

it('a candidate has its protocol in lower case, and the type of one over TCP', async () => {
  await using pair = new Pair();
  const { RTCIceCandidate } = pair.w3c;
  const found = once<Event & { candidate: object }>(pair.near, 'icecandidate');
  await pair.channel();
  expect((await found).candidate).toBeInstanceOf(RTCIceCandidate);
  expect((await found).candidate).toMatchObject({ protocol: 'udp', tcpType: null, type: 'host' });
  const over = (line: string) => new RTCIceCandidate({ candidate: `candidate:1 1 ${line}`, sdpMid: '0' });
  const active = over('TCP 1 127.0.0.1 9 typ host tcptype active');
  expect(active).toMatchObject({ protocol: 'tcp', tcpType: 'active', address: '127.0.0.1', port: 9 });
  expect(over('UDP 1 127.0.0.1 9 typ host').protocol).toBe('udp');
  expect(active.toJSON()).toMatchObject({ candidate: active.candidate, sdpMid: '0' });
  expect(new RTCIceCandidate({ sdpMid: '0' }).protocol).toBeNull();
  expect(Object.prototype.toString.call(active)).toBe('[object RTCIceCandidate]');
});

it('a description needs one of the types', async () => {
  await using pair = new Pair();
  const { RTCSessionDescription } = pair.w3c;
  for (const init of [undefined, null, {}, { sdp: 'v=0' }, { type: 'x' }, { type: null }, 5]) {
    expect(() => new RTCSessionDescription(init as never), JSON.stringify(init)).toThrow(TypeError);
  }
  const made = new RTCSessionDescription({ type: 'offer', sdp: 5 as never });
  expect(made.toJSON()).toEqual({ type: 'offer', sdp: '5' });
  expect(new RTCSessionDescription({ type: 'rollback' }).sdp).toBe('');
  expect(Object.prototype.toString.call(made)).toBe('[object RTCSessionDescription]');
  await pair.near.setLocalDescription();
  expect(pair.near.localDescription).toBeInstanceOf(RTCSessionDescription);
});

it('configurations and servers may have getters, and methods', async () => {
  class Server {
    get urls() {
      return 'turn:127.0.0.1:9';
    }
    get username() {
      return 'user';
    }
    get credential() {
      return 5;
    }
  }
  class Settings {
    get iceServers() {
      return [new Server(), { urls: new Set(['stun:127.0.0.1:9']), toUrl() {} }];
    }
    get peerIdentity() {
      return 'named';
    }
  }
  await using pair = new Pair();
  const make = (given: object): PeerConnection => new pair.w3c.RTCPeerConnection(given);
  expect(make(new Settings()).getConfiguration()).toMatchObject({
    iceServers: [
      { urls: ['turn:127.0.0.1:9'], username: 'user', credential: '5' },
      { urls: ['stun:127.0.0.1:9'] },
    ],
    peerIdentity: 'named',
  });
  expect(() => make({ iceServers: [{ urls: [Symbol('url')] }] })).toThrow(TypeError);
});
