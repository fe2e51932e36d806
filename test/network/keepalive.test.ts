import { type CloseInfo, memorySignaling, RtcRuntime, type Signaling } from 'scoped-rtc';
import { describe, expect, it } from 'vitest';
import { Keepalive } from '../../src/resources/connection/keepalive.js';
import { unannounced } from '../support/altered-signaling.js';
import { UdpLink } from '../support/udp-link.js';

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe.concurrent.each(['ours', 'the library alone'])('with a peer that runs %s', (kind) => {
  it('a network where an answer takes longer than the timeout ends no connection', async () => {
    const link = await UdpLink.open({ delay: 900, loss: 0, jitter: 0, seed: 1 });
    const scope = RtcRuntime.acquire(kind, { timeout: 1000 });
    try {
      const config = { bindAddress: '127.0.0.1' };
      const keepalive = { interval: 600, timeout: 2000 };
      const alice = scope.createPeerConnection('alice', { ...config, keepalive });
      const bob = scope.createPeerConnection('bob', config);
      const ends: CloseInfo[] = [];
      alice.on('close', (info) => void ends.push(info));
      const channel = alice.createDataChannel('chat');
      const [left, right] = link
        .signaling(memorySignaling())
        .map((signaling) => (kind === 'ours' ? signaling : unannounced(signaling))) as [Signaling, Signaling];
      await Promise.all([alice.negotiate(left), bob.negotiate(right)]);
      await channel.opened();
      await pause(8000);
      // On a machine that is so busy the network is another one, of which nothing is said here.
      if (link.lateness > 200) return;
      expect(ends).toEqual([]);
      link.isDark = true;
      const { reason } = await alice.closed({ timeout: 40_000 }); // 15 s at the most, where this machine is not late itself
      expect(reason).toMatchObject({ code: 'RTC_PEER_UNREACHABLE' });
    } finally {
      await scope.disposeAsync();
      link.close();
    }
  });
});

/** A connection of a virtual clock, whose peer answers `answer(asked)` milliseconds after a question; never without. */
function silentSubject(options: { interval: number; timeout: number }, roundTrip = 0) {
  const subject = {
    ...{ now: 0, asked: [] as number[], endedAt: undefined as number | undefined },
    answersAfter: undefined as number | undefined,
    /** Of a peer that knows no ping: its library answers one probe after the other, with so many milliseconds between. */
    answersProbesEvery: undefined as number | undefined,
    isUp: true,
    run(ms: number) {
      for (const end = subject.now + ms; subject.now < end && subject.endedAt === undefined;) {
        subject.now += 10;
        keepalive.checkClosed();
      }
    },
  };
  let signs = 0;
  let answerAt: number | undefined;
  let freeAt = 0;
  const probes: { readonly answerAt: number }[] = [];
  const probe = () => {
    const { answersProbesEvery: pause, now } = subject;
    if (pause === undefined || probes.filter((asked) => asked.answerAt > now).length === 4) return undefined;
    freeAt = Math.max(freeAt, now) + pause;
    const asked = { answerAt: freeAt };
    probes.push(asked);
    return {
      get isAnswered() {
        return subject.now >= asked.answerAt;
      },
    };
  };
  const keepalive = new Keepalive(
    {
      path: 'app/alice',
      now: () => subject.now,
      transportUp: () => subject.isUp,
      signs: () => {
        if (answerAt !== undefined && subject.now >= answerAt) {
          answerAt = undefined;
          signs++;
        }
        return String(signs);
      },
      roundTrip: () => roundTrip,
      waiting: () => 0,
      ping: () => {
        if (subject.answersProbesEvery !== undefined) return false;
        subject.asked.push(subject.now);
        if (subject.answersAfter !== undefined) answerAt ??= subject.now + subject.answersAfter;
        return true;
      },
      probe,
      iceState: () => 'connected',
      end: () => void (subject.endedAt ??= subject.now),
    },
    options,
  );
  return subject;
}

describe('a peer that is silent', () => {
  const OPTIONS = { interval: 1000, timeout: 3000 };

  it('is asked again and again, and ends in the time that was asked for', () => {
    const subject = silentSubject(OPTIONS);
    subject.run(10_000);
    expect(subject.endedAt).toBeLessThanOrEqual(3200); // the first look sees the connection, a step after it came up
    expect(subject.asked.length).toBeGreaterThan(8);
  });

  it('is not asked while it gives signs of life, and costs one question an interval when idle', () => {
    const subject = silentSubject(OPTIONS);
    subject.answersAfter = 20;
    subject.run(60_000);
    expect(subject.endedAt).toBeUndefined();
    expect(subject.asked.length).toBeLessThanOrEqual(60);
  });

  it('gets twice what the handshakes took, until an answer has shown how long one takes', () => {
    const subject = silentSubject(OPTIONS);
    subject.isUp = false;
    subject.run(6000);
    subject.isUp = true;
    subject.answersAfter = 4000;
    subject.run(20_000);
    expect(subject.endedAt).toBeUndefined();
    const vanished = silentSubject(OPTIONS);
    vanished.isUp = false;
    vanished.run(6000);
    vanished.isUp = true;
    vanished.run(30_000);
    expect(vanished.endedAt).toBeLessThan(6000 + 1000 + 12_800);
  });

  it('gives a sign with each answer of its library, also to a question from before the last sign', () => {
    const subject = silentSubject(OPTIONS, 1800);
    subject.answersProbesEvery = 3600;
    subject.run(60_000);
    expect(subject.endedAt).toBeUndefined();
  });

  it('gets two round trips, and three times what the slowest of the last answers took', () => {
    const far = silentSubject(OPTIONS, 2500);
    far.run(20_000);
    expect(far.endedAt).toBeGreaterThan(6000);
    const lossy = silentSubject(OPTIONS);
    lossy.answersAfter = 1500;
    lossy.run(10_000);
    lossy.answersAfter = 4000;
    lossy.run(20_000);
    expect(lossy.endedAt).toBeUndefined();
    lossy.answersAfter = undefined;
    lossy.run(40_000);
    expect(lossy.endedAt).toBeLessThan(50_000);
  });
});
