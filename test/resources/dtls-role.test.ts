import { createRequire } from 'node:module';
import type * as ndc from 'node-datachannel';
import type { PeerConnection } from 'scoped-rtc';
import { expect, it } from 'scoped-rtc/vitest';
import { describe } from 'vitest';
import { incomingChannel, wiredPair } from '../support/connected-pair.js';

// An answerer that is the DTLS client sends its first packet before the offerer takes it, once in five times, and again
// a second later (H27). `npm run hazards -- --only H27` and `npm run bench -- --only connect` measure it.
describe('the answerer is the DTLS server', () => {
  it('where both sides are ours', async ({ rtc }) => {
    const { alice, bob } = wiredPair(rtc);
    const incoming = incomingChannel(bob, 'chat');
    await alice.createDataChannel('chat').opened();
    await incoming;
    expect(bob.localDescription()?.sdp).toContain('a=setup:passive');
    expect(alice.localDescription()?.sdp).toContain('a=setup:actpass');
  });

  it('where the raw binding offers', async ({ rtc }) => {
    const binding = createRequire(import.meta.url)('node-datachannel') as typeof ndc;
    const bob = rtc.createPeerConnection('bob');
    const raw = new binding.PeerConnection('raw', { iceServers: [] });
    const closed = new Promise<void>((resolve) => {
      raw.onStateChange((state) => {
        if (state === 'closed') resolve();
      });
    });
    const channel = await openRaw(raw, bob);
    expect(bob.localDescription()?.sdp).toContain('a=setup:passive');
    const channelClosed = new Promise<void>((resolve) => channel.onClosed(resolve));
    channel.close();
    await channelClosed;
    raw.close();
    await closed;
  });
});

/** Wires the two and resolves with the raw connection's channel, open. */
function openRaw(raw: ndc.PeerConnection, bob: PeerConnection): Promise<ndc.DataChannel> {
  const candidates: [string, string][] = [];
  let answered = false;
  raw.onLocalDescription((sdp, type) => bob.setRemoteDescription(sdp, type));
  raw.onLocalCandidate((candidate, mid) => {
    if (answered) bob.addRemoteCandidate(candidate, mid);
    else candidates.push([candidate, mid]);
  });
  bob.on('localDescription', ({ sdp, type }) => {
    raw.setRemoteDescription(sdp, type);
    answered = true;
    for (const [candidate, mid] of candidates.splice(0)) bob.addRemoteCandidate(candidate, mid);
  });
  bob.on('localCandidate', (candidate, mid) => raw.addRemoteCandidate(candidate, mid));
  const channel = raw.createDataChannel('chat');
  return new Promise((resolve) => channel.onOpen(() => resolve(channel)));
}
