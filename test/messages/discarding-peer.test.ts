import {
  type DataChannel,
  type PeerConnection,
  memorySignaling,
  RtcRuntime,
  type RtcScope,
  type SignalingMessage,
} from 'scoped-rtc';
import { afterEach, expect, it } from 'vitest';
import { altered, unannounced, withoutAnnouncement } from '../support/altered-signaling.js';
import { incomingChannel } from '../support/connected-pair.js';
import { within } from '../support/event.js';
import { burst, seenBy } from './numbered.js';

// GStreamer answers the reset of a stream, and discards what its program was not given yet. `npm run interop -- --peer gstreamer`
// shows it; here the other end only looks like GStreamer.
const CREDENTIALS = { iceUfrag: 'g'.repeat(32), icePwd: 'p'.repeat(32) };
const asGStreamer = (sdp: string) =>
  withoutAnnouncement(sdp).replace(/^o=.*$/m, 'o=- 8318823592787500390 0 IN IP4 0.0.0.0');

afterEach(() => {
  expect(RtcRuntime.shared.snapshot().natives).toMatchObject({ held: 0, retained: 0 });
});

interface Connected {
  readonly alice: PeerConnection;
  readonly near: DataChannel;
  readonly far: DataChannel;
}

async function connect(rtc: RtcScope, credentials = {}): Promise<Connected> {
  const alice = rtc.createPeerConnection('alice');
  const bob = rtc.createPeerConnection('bob', { disableAutoNegotiation: true });
  const [left, right] = memorySignaling();
  bob.on('localDescription', ({ sdp }) => right.send({ description: { type: 'answer', sdp } }));
  bob.on('localCandidate', (candidate, mid) => right.send({ candidate: { candidate, sdpMid: mid } }));
  unannounced(right).subscribe(
    (given) => {
      const message = given as SignalingMessage;
      if ('description' in message) {
        bob.setRemoteDescription(message.description);
        bob.setLocalDescription('answer', credentials);
      } else if (message.candidate)
        bob.addRemoteCandidate(message.candidate.candidate, message.candidate.sdpMid ?? '0');
    },
    () => {},
  );
  const near = alice.createDataChannel('chat');
  const [far] = await Promise.all([
    incomingChannel(bob, 'chat'),
    near.opened(),
    alice.negotiate(altered(left, asGStreamer)),
  ]);
  return { alice, near, far };
}

it.each([
  ['only the channel', ({ near }: Connected) => near.close()],
  ['the connection with it', ({ alice }: Connected) => alice.close()],
] as const)('what a peer may discard is counted, though it answers the reset of %s', async (_, close) => {
  await RtcRuntime.acquire('discarding').run(async (rtc) => {
    const connected = await connect(rtc, CREDENTIALS);
    const { near } = connected;
    burst(near, 100, 100);
    await close(connected);
    expect(await near.closed()).toMatchObject({
      undelivered: 0,
      unconfirmed: { messages: 100, bytes: 10_000 },
    });
  });
});

it('what such a peer has answered is confirmed', async () => {
  await RtcRuntime.acquire('discarding').run(async (rtc) => {
    const { near, far } = await connect(rtc, CREDENTIALS);
    far.on('message', (message) => void far.send(message));
    const answers = seenBy(near);
    for (let n = 1; n <= 10; n++) {
      burst(near, 1, 100);
      await within(near.nextMessage(), 'the answer');
    }
    await near.close();
    expect(answers.count).toBe(10);
    expect(await near.closed()).toMatchObject({ undelivered: 0, unconfirmed: { messages: 0 } });
  });
});

it('a peer that looks like it but for its credentials is not taken for one', async () => {
  const unconfirmed: number[] = [];
  // An answer that comes faster than SCTP's measure of the round trip is doubted from any peer, and on a busy machine that measure
  // is high (43 ms were seen here, in 1 of 300 rounds, with an answer after 4 ms). GStreamer's answer is doubted each time.
  while (unconfirmed.length < 5 && !unconfirmed.includes(0)) {
    await RtcRuntime.acquire('discarding').run(async (rtc) => {
      const { near } = await connect(rtc);
      burst(near, 100, 100);
      await near.close();
      const end = await near.closed();
      expect(end.undelivered).toBe(0);
      unconfirmed.push(end.unconfirmed.messages);
    });
  }
  expect(unconfirmed).toContain(0);
});
