import { expect, it } from 'vitest';
import type { PeerConnection } from '../../src/compat/w3c/w3c-types.js';
import { once, Pair } from './pair.js';

/** The transports as they are typed with the DOM's types. */
interface Sctp extends EventTarget {
  readonly state: string;
  readonly maxMessageSize: number;
  readonly maxChannels: number | null;
  readonly transport: EventTarget & {
    readonly state: string;
    readonly iceTransport: EventTarget & {
      readonly state: string;
      readonly role: string;
      getSelectedCandidatePair(): { local: object } | null;
      getLocalParameters(): { usernameFragment: string } | null;
      getRemoteCandidates(): object[];
    };
  };
}
const sctpOf = (pc: PeerConnection) => pc.sctp as unknown as Sctp;
const transportOf = async (pc: PeerConnection) =>
  [...(await pc.getStats()).values()].find(({ type }) => type === 'transport');

it('sctp is there from the offer on, with its limits and the transports below it, until the offer is rolled back', async () => {
  await using pair = new Pair();
  const { near } = pair;
  near.createDataChannel('chat');
  expect(near.sctp).toBeNull();
  await near.setLocalDescription();
  const sctp = sctpOf(near);
  const { RTCSctpTransport, RTCIceTransport } = pair.w3c as unknown as Record<string, new () => object>;
  expect(sctp).toBeInstanceOf(RTCSctpTransport);
  expect(sctp.transport.iceTransport).toBeInstanceOf(RTCIceTransport);
  expect(() => new RTCSctpTransport!()).toThrow(TypeError);
  expect(sctp).toMatchObject({ state: 'connecting', maxChannels: null });
  expect(sctp.maxMessageSize).toBeGreaterThan(65_535);
  expect(sctp.transport.state).toBe('new');
  expect(sctp.transport.iceTransport).toMatchObject({ state: 'new', role: 'controlling' });
  expect(sctp.transport.iceTransport.getSelectedCandidatePair()).toBeNull();
  expect(await transportOf(near)).toMatchObject({
    ...{ dtlsState: 'new', dtlsRole: 'unknown', iceState: 'new', iceRole: 'controlling' },
    ...{ selectedCandidatePairChanges: 0 },
    iceLocalUsernameFragment: sctp.transport.iceTransport.getLocalParameters()?.usernameFragment,
  });
  await near.setLocalDescription({ type: 'rollback' });
  expect(near.sctp).toBeNull();
});

it('transports report what happens to the connection, and their end on both sides', async () => {
  await using pair = new Pair();
  const { near, far } = pair;
  await pair.channel();
  for (const pc of [near, far]) {
    // The library may report an open channel before the state of its connection.
    while (pc.connectionState !== 'connected') await once(pc, 'connectionstatechange');
    const sctp = sctpOf(pc);
    expect(sctp).toMatchObject({ state: 'connected', maxChannels: expect.any(Number) });
    expect(sctp.transport.state).toBe('connected');
    expect(sctp.transport.iceTransport.getSelectedCandidatePair()?.local).toHaveProperty('candidate');
    expect(sctp.transport.iceTransport.getRemoteCandidates().length).toBeGreaterThan(0);
    expect(await transportOf(pc)).toMatchObject({ dtlsState: 'connected', selectedCandidatePairId: 'CP' });
  }
  const roles = [sctpOf(near), sctpOf(far)].map(({ transport }) => transport.iceTransport.role);
  expect(roles.toSorted()).toEqual(['controlled', 'controlling']);
  const ended = [near, far].map((pc) => once(sctpOf(pc), 'statechange'));
  near.close();
  await Promise.all(ended);
  expect([sctpOf(near).state, sctpOf(far).state]).toEqual(['closed', 'closed']);
});

it('checks begin with the first candidate of the peer, not with its description', async () => {
  await using pair = new Pair();
  const { near, far } = pair;
  near.createDataChannel('chat');
  const states: string[] = [];
  for (const event of ['iceconnectionstatechange', 'connectionstatechange'] as const) {
    far.addEventListener(event, () => void states.push(`${far.iceConnectionState} ${far.connectionState}`));
  }
  await near.setLocalDescription();
  await far.setRemoteDescription(near.localDescription as never);
  const gathered = new Promise<void>((resolve) => {
    far.onicecandidate = ({ candidate }) => candidate === null && resolve();
  });
  await far.setLocalDescription();
  await gathered;
  expect(states).toEqual([]);
  await far.addIceCandidate({
    candidate: 'candidate:1 1 TCP 1518214911 127.0.0.1 9 typ host tcptype passive',
    sdpMid: '0',
  });
  expect(states).toEqual([]);
  await far.addIceCandidate({ candidate: 'candidate:2 1 UDP 2013266431 127.0.0.1 9 typ host', sdpMid: '0' });
  expect(states[0]).toBe('checking new');
});
