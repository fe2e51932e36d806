import { RtcRuntime } from 'scoped-rtc';
import { expect, it } from 'vitest';
import { Child } from '../support/child.js';
import { within } from '../support/event.js';
import { nothingLeft } from '../support/nothing-left.js';

interface Reported {
  description?: { type: 'answer'; sdp: string };
  candidate?: string;
  mid?: string;
  receiving?: boolean;
}

it('a peer that is killed in mid-transfer costs no more than the deadline, and the loss is counted', async () => {
  const child = new Child(new URL('programs/vanishing-peer.ts', import.meta.url), [], { channel: true });
  try {
    const scope = RtcRuntime.acquire('vanished', { timeout: 1500 });
    const alice = scope.createPeerConnection('alice');
    const candidates: Reported[] = [];
    let answered = false;
    const receiving = new Promise<void>((resolve) => {
      child.on('message', (message: Reported) => {
        if (message.description) {
          alice.setRemoteDescription(message.description);
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
    const count = 100;
    for (let n = 0; n < count; n++) void channel.send(Buffer.alloc(60_000, n)); // none of these can arrive
    await within(scope.disposeAsync(), 'the teardown', 25_000); // the library itself notices after 40 s
    const { undelivered } = await channel.closed();
    expect(undelivered).toBeGreaterThanOrEqual(count);
    expect(undelivered).toBeLessThanOrEqual(count + 1); // the first one lies within the last unconfirmed MiB or not
    await nothingLeft();
  } finally {
    child.kill('SIGKILL');
    await child.ended;
  }
});
