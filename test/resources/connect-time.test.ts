import { createRequire } from 'node:module';
import type * as ndc from 'node-datachannel';
import { type PeerConnection, RtcRuntime, type RtcScope } from 'scoped-rtc';
import { expect, it } from 'vitest';
import { incomingChannel, wiredPair } from '../support/connected-pair.js';

const ROUNDS = 300;
/** DTLS repeats its first packet after a second: a connection that took this long has lost it (H27). */
const LOST_PACKET_MS = 900;

/**
 * With the answerer as DTLS client one connection in five loses it, up to two in five on a busy machine. With the
 * roles changed it takes an answerer that is kept from running just then: under load one in a hundred.
 */
const MOST_LOST = 0.05;

function judge(name: string, times: number[]): void {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))]?.toFixed(1);
  console.log(
    `${name}: p50 ${at(0.5)} p90 ${at(0.9)} p99 ${at(0.99)} max ${at(1)} ms, ${times.length} rounds`,
  );
  expect(sorted.length).toBe(ROUNDS);
  expect(sorted.filter((ms) => ms >= LOST_PACKET_MS).length / ROUNDS).toBeLessThanOrEqual(MOST_LOST);
}

async function rounds(connect: (scope: RtcScope) => Promise<void>): Promise<number[]> {
  await using root = RtcRuntime.acquire('rounds');
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    await root.fork().run(async (scope) => {
      const started = performance.now();
      await connect(scope);
      times.push(performance.now() - started);
    });
  }
  return times;
}

it(
  '300 connections in a row open without losing the first packet of DTLS',
  {
    timeout: 120_000,
  },
  async () => {
    const times = await rounds(async (scope) => {
      const { alice, bob } = wiredPair(scope);
      const incoming = incomingChannel(bob, 'chat');
      await alice.createDataChannel('chat').opened();
      await incoming;
    });
    judge('both sides ours', times);
  },
);

it('300 connections offered by the raw binding do so as well', { timeout: 120_000 }, async () => {
  const binding = createRequire(import.meta.url)('node-datachannel') as typeof ndc;
  const times = await rounds(async (scope) => {
    const bob = scope.createPeerConnection('bob');
    const raw = new binding.PeerConnection('raw', { iceServers: [] });
    const closed = new Promise<void>((resolve) => {
      raw.onStateChange((state) => {
        if (state === 'closed') resolve();
      });
    });
    const channel = await openRaw(raw, bob);
    const channelClosed = new Promise<void>((resolve) => channel.onClosed(resolve));
    channel.close();
    await channelClosed;
    raw.close();
    await closed;
  });
  judge('offered by the raw binding', times);
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
