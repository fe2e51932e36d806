import type { PeerConnection } from 'scoped-rtc';
import { expect, it } from 'scoped-rtc/vitest';
import { describe } from 'vitest';
import { codeOf, take } from '../support/event.js';

/** What is left of a description that went through JSON, as in a request. */
const sent = <T>(description: T): T => JSON.parse(JSON.stringify(description));

async function connect(offerer: PeerConnection, answerer: PeerConnection): Promise<void> {
  offerer.accept(sent(await answerer.answer(sent(await offerer.offer()))));
  await Promise.all([offerer.connected(), answerer.connected()]);
}

describe('one-shot signaling', () => {
  it('connects by one offer and one answer, each with its candidates in it', async ({ rtc }) => {
    const a = rtc.createPeerConnection('a');
    const b = rtc.createPeerConnection('b');
    const channel = a.createDataChannel('chat');
    b.on('dataChannel', (far) => far.on('message', (message) => void far.send(message)));
    const offer = await a.offer();
    expect(offer.type).toBe('offer');
    expect(offer.sdp).toMatch(/^a=candidate:/m);
    const answer = await b.answer(sent(offer));
    expect(answer.type).toBe('answer');
    expect(answer.sdp).toMatch(/^a=candidate:/m);
    a.accept(sent(answer));
    await channel.send('hello');
    expect(await take(channel, 1)).toEqual(['hello']);
  });

  it('connects in less than half a second, every time', { timeout: 60_000 }, async ({ rtc }) => {
    let slowest = 0;
    for (let round = 0; round < 40; round++) {
      await using scope = rtc.fork(`round-${round}`);
      const a = scope.createPeerConnection('a');
      a.createDataChannel('chat');
      const begun = performance.now();
      await connect(a, scope.createPeerConnection('b'));
      slowest = Math.max(slowest, performance.now() - begun);
    }
    // A lost first packet of DTLS costs a second (H27).
    expect(slowest).toBeLessThan(900);
  });

  it('works without automatic negotiation, and again on a connection that is up', async ({ rtc }) => {
    const a = rtc.createPeerConnection('a', { disableAutoNegotiation: true });
    const b = rtc.createPeerConnection('b', { disableAutoNegotiation: true });
    a.createDataChannel('chat');
    await connect(a, b);
    b.addTrack({ kind: 'audio', codecs: [{ codec: 'opus', payloadType: 111 }], mid: 'voice' });
    const offer = await b.offer();
    expect(offer.sdp).toContain('a=mid:voice');
    b.accept(await a.answer(offer));
    expect([a.signalingState, b.signalingState]).toEqual(['stable', 'stable']);
  });

  it('takes the offer of the peer in place of its own', async ({ rtc }) => {
    const a = rtc.createPeerConnection('a');
    const b = rtc.createPeerConnection('b');
    a.createDataChannel('from-a');
    const near = b.createDataChannel('from-b');
    await b.offer();
    await connect(a, b);
    await near.opened();
  });

  it('is refused with a code where there is nothing to offer, to answer or to accept', async ({ rtc }) => {
    const a = rtc.createPeerConnection('a');
    expect(await codeOf(a.offer())).toBe('RTC_INVALID_STATE');
    expect(await codeOf(() => a.accept({ type: 'answer', sdp: 'v=0' }))).toBe('RTC_INVALID_STATE');
    expect(await codeOf(a.answer({ type: 'offer', sdp: 'nonsense' }))).toBe('RTC_NATIVE');
    await expect(a.answer({ type: 'answer', sdp: 'v=0' })).rejects.toThrow(
      /offer\.type must be one of 'offer'/,
    );
    a.createDataChannel('chat');
    const b = rtc.createPeerConnection('b');
    const answer = await b.answer(await a.offer());
    a.accept(answer);
    expect(await codeOf(() => a.accept(answer))).toBe('RTC_INVALID_STATE');
  });

  it('goes without the candidates that did not come in time, and ends with the connection', async ({
    rtc,
  }) => {
    // Nobody answers there, and the library asks for over twenty seconds.
    const dead = { iceServers: ['stun:127.0.0.1:9'] };
    const a = rtc.createPeerConnection('a', dead);
    a.createDataChannel('chat');
    const begun = performance.now();
    const offer = await a.offer({ gatheringTimeout: 50 });
    expect(performance.now() - begun).toBeLessThan(1500);
    expect(offer.sdp).toMatch(/typ host/);
    const bounded = rtc.createPeerConnection('bounded', dead);
    bounded.createDataChannel('chat');
    expect(await codeOf(bounded.offer({ timeout: 20, gatheringTimeout: 60_000 }))).toBe('RTC_TIMEOUT');
    expect(await codeOf(bounded.offer({ signal: AbortSignal.abort(), gatheringTimeout: 60_000 }))).toBe(
      'RTC_ABORTED',
    );
    const closing = bounded.offer({ gatheringTimeout: 60_000 });
    bounded.abort('enough');
    expect(await codeOf(closing)).toBe('RTC_ABORTED');
  });
});
