import { type DataChannel, RtcRuntime, type RtcScope } from 'scoped-rtc';
import { expect, it } from 'vitest';
import { withoutAnnouncement } from '../support/altered-signaling.js';
import { Child } from '../support/child.js';
import { within } from '../support/event.js';
import { nothingLeft } from '../support/nothing-left.js';

interface Reported {
  description?: { type: 'answer'; sdp: string };
  candidate?: string;
  mid?: string;
  receiving?: boolean;
}

/** A channel to a process that is killed when it has had the first message; `read` changes the description of the process. */
async function channelToTheDead(
  child: Child,
  scope: RtcScope,
  read = (sdp: string): string => sdp,
): Promise<DataChannel> {
  const alice = scope.createPeerConnection('alice');
  const candidates: Reported[] = [];
  let answered = false;
  const receiving = new Promise<void>((resolve) => {
    child.on('message', (message: Reported) => {
      if (message.description) {
        const { type, sdp } = message.description;
        alice.setRemoteDescription({ type, sdp: read(sdp) });
        answered = true;
        for (const candidate of candidates.splice(0)) child.send(candidate);
      } else if (message.receiving) resolve();
      else alice.addRemoteCandidate(message.candidate ?? '', message.mid ?? '');
    });
  });
  alice.on('localDescription', (description) => child.send({ description }));
  alice.on('localCandidate', (candidate, mid) => {
    if (answered) child.send({ candidate, mid });
    else candidates.push({ candidate, mid });
  });
  const channel = await alice.createDataChannel('bulk').opened({ timeout: 20_000 });
  await channel.send('start');
  await within(receiving, 'the first message');
  child.kill('SIGKILL');
  await within(child.ended, 'the end of the child');
  return channel;
}

async function withChild(body: (child: Child) => Promise<void>): Promise<void> {
  const child = new Child(new URL('programs/vanishing-peer.ts', import.meta.url), [], { channel: true });
  try {
    await body(child);
    await nothingLeft();
  } finally {
    child.kill('SIGKILL');
    await child.ended;
  }
}

it('a peer that is killed in mid-transfer costs no more than the deadline, and the loss is counted', () =>
  withChild(async (child) => {
    const scope = RtcRuntime.acquire('vanished', { timeout: 1500 });
    const channel = await channelToTheDead(child, scope);
    const count = 100;
    for (let n = 0; n < count; n++) void channel.send(Buffer.alloc(60_000, n)); // none of these can arrive
    await within(scope.disposeAsync(), 'the teardown', 25_000); // the library itself notices after 40 s
    const { undelivered } = await channel.closed();
    expect(undelivered).toBeGreaterThanOrEqual(count);
    expect(undelivered).toBeLessThanOrEqual(count + 1); // the first one lies within the last unconfirmed MiB or not
  }));

it('that the connection to a killed peer without receipts ends is not taken for its answer to our close', () =>
  withChild(async (child) => {
    const scope = RtcRuntime.acquire('vanished', { timeout: 25_000 });
    const channel = await channelToTheDead(child, scope, withoutAnnouncement);
    const count = 100;
    for (let n = 0; n < count; n++) void channel.send(Buffer.alloc(100, n)); // SCTP takes them all at once
    await within(scope.disposeAsync(), 'the teardown'); // SCTP gives the peer up after 13 to 15 s
    const { unconfirmed } = await channel.closed();
    expect(unconfirmed.messages).toBeGreaterThanOrEqual(count);
    expect(unconfirmed.messages).toBeLessThanOrEqual(count + 1);
  }));
