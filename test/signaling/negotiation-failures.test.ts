import {
  joinRoom,
  memorySignaling,
  messageChannelSignaling,
  type Signaling,
  type SignalingMessage,
} from 'scoped-rtc';
import { describe, expect, it } from 'vitest';
import { idleSocket } from '../input/signaling-members.js';
import { withOtherFingerprint } from '../support/altered-signaling.js';
import { codeOf, until } from '../support/event.js';
import { freePort } from '../support/free-port.js';
import { altered, channelOf, expectConversation } from './conversation.js';
import { negotiationRig } from './negotiation-rig.js';

const rig = negotiationRig();

const CALLED_BEFORE =
  'test/alice: negotiate() was called on this connection already, and also handles later offers: call it once. ' +
  'To negotiate over other signaling, close the first one';

describe('negotiate, when things go wrong', () => {
  it('ignores garbage, warns of it a bounded number of times, and still connects', async () => {
    const [alice, bob] = rig.peers();
    const [left, right] = memorySignaling();
    const garbage: unknown[] = [
      null,
      'text',
      42,
      {},
      { description: 'v=0' },
      { description: { type: 'offer' } },
      { description: { type: 'rollback', sdp: '' } },
      { description: { type: 'answer', sdp: 'v=0' } },
      { description: { type: 'offer', sdp: 'nonsense' } },
      { description: { type: 'offer', sdp: 'x'.repeat(300_000) } },
      { candidate: 'candidate:1' },
      { candidate: { candidate: 7 } },
      { candidate: { candidate: 'x'.repeat(5000) } },
      { candidate: { candidate: 'candidate:nonsense', sdpMid: '0' } },
      ...Array.from({ length: 400 }, (_, n) => ({
        candidate: { candidate: `candidate:${n} 1`, sdpMid: '0' },
      })),
    ];
    for (const message of garbage) right.send(message as SignalingMessage);
    const near = alice.createDataChannel('chat');
    const far = channelOf(bob);
    // The flood used up what the peer may send of candidates, so it is found by its own checks.
    await Promise.all([alice.negotiate(left), bob.negotiate(right)]);
    for (const message of garbage) right.send(message as SignalingMessage);
    await expectConversation(near, await far);
    expect(new Set(rig.warnings.map((warning) => warning.code))).toEqual(new Set(['RTC_SIGNALING']));
    expect(rig.warnings).toHaveLength(10);
    expect(rig.warnings[0]?.path).toBe('test/alice');
  });

  it('ends when the peer restarts ICE, which the library cannot do, and the peer sees the end', async () => {
    const [alice, bob] = rig.peers();
    const [left, right] = memorySignaling();
    alice.createDataChannel('chat');
    await Promise.all([alice.negotiate(left), bob.negotiate(right)]);
    const sdp = (alice.localDescription()?.sdp ?? '')
      .replace(/a=ice-ufrag:\S+/, 'a=ice-ufrag:anew')
      .replace(/a=ice-pwd:\S+/, `a=ice-pwd:${'x'.repeat(24)}`);
    left.send({ description: { type: 'offer', sdp } });
    const [here, there] = await Promise.all([bob.closed({ timeout: 5000 }), alice.closed({ timeout: 5000 })]);
    expect(String(here.reason)).toContain('the peer restarts ICE');
    expect(there.by).toBe('remote');
  });

  it('offers again when a refused offer of the peer cost it its own', async () => {
    const [alice, bob] = rig.peers();
    const [left, right] = memorySignaling();
    const near = alice.createDataChannel('chat');
    const far = channelOf(bob);
    await Promise.all([alice.negotiate(left, { polite: true }), bob.negotiate(right)]);
    // An offer that claims the DTLS role which Alice has is refused, after her own offer was rolled back.
    const local = bob.localDescription()?.sdp ?? '';
    const role = local.includes('a=setup:active') ? 'passive' : 'active';
    const sdp = local.replace(/a=setup:\S+/, `a=setup:${role}`);
    const answers: string[] = [];
    bob.on('localDescription', ({ type }) => answers.push(type));
    alice.setLocalDescription('offer');
    right.send({ description: { type: 'offer', sdp } });
    await until(() => rig.warnings.length > 0, 'the refusal');
    expect(rig.warnings[0]?.message).toContain('a description of type offer that the library refused');
    await until(() => answers.length === 2 && alice.signalingState === 'stable', 'the answers');
    await expectConversation(near, await far);
  });

  it('rejects with RTC_CLOSED when the signaling closes before the answer, and can be tried again', async () => {
    const [alice, bob] = rig.peers();
    const [left, right] = memorySignaling();
    const near = alice.createDataChannel('chat');
    const lost = alice.negotiate(left);
    right.close();
    expect(await codeOf(lost)).toBe('RTC_CLOSED');
    expect(alice.state).toBe('opening');
    const [left2, right2] = memorySignaling();
    const far = channelOf(bob);
    await Promise.all([alice.negotiate(left2), bob.negotiate(right2)]);
    await expectConversation(near, await far);
  });

  it('rejects with RTC_CLOSED when the signaling cannot send', async () => {
    const [alice] = rig.peers();
    alice.createDataChannel('chat');
    const failure = new Error('no network');
    const broken: Signaling = {
      send: () => Promise.reject(failure),
      subscribe: () => ({ [Symbol.dispose]() {} }),
      close() {},
    };
    const error = await alice.negotiate(broken).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'RTC_CLOSED', cause: failure, path: 'test/alice' });
    expect((error as Error).message).toMatch(/before offer and answer were exchanged: no network$/);
  });

  it('says why the socket of the signaling could not be opened', async () => {
    const [alice] = rig.peers();
    alice.createDataChannel('chat');
    const socket = rig.rtc.createWebSocket(`ws://127.0.0.1:${await freePort()}/`);
    await expect(alice.negotiate(messageChannelSignaling(socket))).rejects.toThrow(
      /before offer and answer were exchanged: .*the WebSocket could not be opened: TCP connection failed$/,
    );
  });

  it('names a chain of causes that leads back to its beginning by one of them', async () => {
    const [alice] = rig.peers();
    alice.createDataChannel('chat');
    const failure = new Error('one', { cause: new Error('other') });
    (failure.cause as Error).cause = failure;
    const broken: Signaling = {
      send: () => Promise.reject(failure),
      subscribe: () => ({ [Symbol.dispose]() {} }),
      close() {},
    };
    await expect(alice.negotiate(broken)).rejects.toThrow(/exchanged: (one|other)$/);
  });

  it('leaves the connection alive when the signaling closes later', async () => {
    const [alice, bob] = rig.peers();
    const [left, right] = memorySignaling();
    const near = alice.createDataChannel('chat');
    const far = channelOf(bob);
    await Promise.all([alice.negotiate(left), bob.negotiate(right)]);
    left.close();
    await expectConversation(near, await far);
    expect(alice.state).toBe('open');
  });

  it('rejects with RTC_TIMEOUT when nobody answers, and with RTC_ABORTED by a signal', async () => {
    const [alice] = rig.peers();
    const [left] = memorySignaling();
    alice.createDataChannel('chat');
    expect(await codeOf(alice.negotiate(left, { timeout: 30 }))).toBe('RTC_TIMEOUT');
    const controller = new AbortController();
    const aborted = alice.negotiate(left, { signal: controller.signal });
    controller.abort(new Error('enough'));
    expect(await codeOf(aborted)).toBe('RTC_ABORTED');
    expect(alice.state).toBe('opening');
  });

  it('rejects with RTC_NATIVE on both sides when a fingerprint was changed on the way', async () => {
    const [alice, bob] = rig.peers();
    const [left, right] = memorySignaling();
    alice.createDataChannel('chat');
    const forged = altered(right, (message) => {
      if (!('description' in message)) return message;
      const { type, sdp } = message.description;
      return { description: { type, sdp: withOtherFingerprint(sdp) } };
    });
    const ends = [alice.negotiate(left), bob.negotiate(forged)];
    expect(await codeOf(ends[0]!)).toBe('RTC_NATIVE');
    expect(await codeOf(ends[1]!)).toMatch(/^RTC_(NATIVE|CLOSING|CLOSED)$/);
  });

  it('refuses a second negotiation beside the first, and arguments that are none', async () => {
    const [alice] = rig.peers();
    const [left, right] = memorySignaling();
    const first = alice.negotiate(left, { timeout: 1000 });
    expect(await codeOf(alice.negotiate(right))).toBe('RTC_INVALID_STATE');
    await expect(alice.negotiate(right)).rejects.toThrow(CALLED_BEFORE);
    await expect(alice.offer()).rejects.toThrow(CALLED_BEFORE);
    expect(() => alice.accept({ type: 'answer', sdp: 'v=0' })).toThrow(CALLED_BEFORE);
    await expect(alice.negotiate(alice as never)).rejects.toThrow(TypeError);
    await expect(alice.negotiate({} as never)).rejects.toThrow(/signaling must be an object with send/);
    await expect(alice.negotiate(memorySignaling() as never)).rejects.toThrow(
      /got an Array; memorySignaling\(\) returns two ends: give one to each connection$/,
    );
    const room = joinRoom(idleSocket() as never, { room: 'room', peer: 'alice' });
    await expect(alice.negotiate(room as never)).rejects.toThrow(/; use room\.connect\(peer\)$/);
    await room.close();
    await expect(alice.negotiate(left, { polite: 1 as never })).rejects.toThrow(/options\.polite/);
    await expect(alice.negotiate(left, { timeout: -1 })).rejects.toThrow(RangeError);
    alice.abort();
    expect(await codeOf(first)).toBe('RTC_ABORTED');
  });
});
