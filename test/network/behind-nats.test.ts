import { afterAll, describe, expect, it } from 'vitest';
import { type PeerConnection, RtcRuntime } from 'scoped-rtc';
import { until } from '../support/event.js';
import { nothingLeft } from '../support/nothing-left.js';
import { UdpLink } from '../support/udp-link.js';
import { endOf, linkedPair } from './linked-pair.js';

/** Milliseconds: a busy machine is late by less than the time in which one side's check has to follow the other's. */
const DELAY_MS = 150;

afterAll(async () => {
  await nothingLeft();
});

describe.concurrent('two peers that are far from each other', () => {
  it.each([
    ['behind NATs', { hasNats: true }],
    ['on the open internet', { hasNats: false }],
  ])('%s are both connected when the DTLS handshake begins: it is not repeated', async (_, { hasNats }) => {
    const far = { delay: DELAY_MS, signalingDelay: DELAY_MS, jitter: 0, loss: 0, seed: 1, hasNats };
    const pair = await linkedPair(far);
    try {
      expect(pair.link.counts).toMatchObject({ clientHellos: 1, unasked: 0 });
    } finally {
      await endOf(pair);
    }
  });

  it('behind NATs are so too with one-shot signaling', async () => {
    const link = await UdpLink.open({ delay: DELAY_MS, jitter: 0, loss: 0, seed: 1, hasNats: true });
    try {
      await using rtc = RtcRuntime.acquire('one shot');
      const [alice, bob] = ['alice', 'bob'].map((name) =>
        rtc.createPeerConnection(name, { bindAddress: '127.0.0.1' }),
      ) as [PeerConnection, PeerConnection];
      const channel = alice.createDataChannel('first');
      const offer = await alice.offer();
      const answer = await bob.answer({ ...offer, sdp: link.redirect(offer.sdp, 'left') });
      await until(() => link.counts.unasked > 0, 'a check that the NAT of the offerer drops', 10_000);
      alice.accept({ ...answer, sdp: link.redirect(answer.sdp, 'right') });
      await channel.opened({ timeout: 20_000 });
      expect(link.counts.clientHellos).toBe(1);
    } finally {
      link.close();
    }
  });
});
