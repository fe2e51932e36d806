import { RtcRuntime } from 'scoped-rtc';
import { afterEach, describe, expect, it } from 'vitest';
import * as compat from '../../src/compat/index.js';
import * as polyfill from '../../src/compat/polyfill.js';
import { until } from '../support/event.js';

// A peer that checks a path before its answer is stored can make the handshake fail (H48), so an offer that is sent with
// trickle ICE goes out without candidates. Whoever collects candidates must have them all the same.

afterEach(async () => {
  await compat.shutdown();
  expect(RtcRuntime.shared.threads().count).toBe(0);
});

interface Connection {
  readonly localDescription: { readonly type: string; readonly sdp: string };
  readonly iceGatheringState: string;
  onicegatheringstatechange: () => void;
  onicecandidate: (event: { candidate: { candidate: string } | null }) => void;
  createDataChannel(label: string): unknown;
  createOffer(): Promise<object>;
  createAnswer(): Promise<object>;
  setLocalDescription(description: object): Promise<void>;
  setRemoteDescription(description: object): Promise<void>;
  close(): void;
}

const RTCPeerConnection = polyfill.RTCPeerConnection as unknown as new () => Connection;
const CANDIDATE = 'a=candidate';

async function offered(): Promise<{ pc: Connection; reported: string[] }> {
  const pc = new RTCPeerConnection();
  const reported: string[] = [];
  pc.onicecandidate = ({ candidate }) => void (candidate && reported.push(candidate.candidate));
  pc.createDataChannel('chat');
  await pc.setLocalDescription(await pc.createOffer());
  return { pc, reported };
}

describe('an offer of the polyfill', () => {
  it('that is read at once has no candidates; they are emitted with the answer', async () => {
    const { pc, reported } = await offered();
    const offer = pc.localDescription;
    expect(offer.sdp).not.toContain(CANDIDATE);
    expect(reported).toEqual([]);
    const peer = new RTCPeerConnection();
    await peer.setRemoteDescription({ type: 'offer', sdp: offer.sdp });
    const answer = await peer.createAnswer();
    await pc.setRemoteDescription(answer);
    expect(reported.length).toBeGreaterThan(0);
    expect(pc.localDescription.sdp).toContain(CANDIDATE);
    pc.close();
    peer.close();
  });

  it('has all of them for who has waited for the end of gathering', async () => {
    const { pc } = await offered();
    await new Promise<void>((resolve) => {
      const look = () => {
        if (pc.iceGatheringState === 'complete') resolve();
      };
      pc.onicegatheringstatechange = look;
      look();
    });
    expect(pc.localDescription.sdp).toContain(CANDIDATE);
    pc.close();
  });

  it('has all of them for who reads it later', async () => {
    const { pc } = await offered();
    await until(() => pc.localDescription.sdp.includes(CANDIDATE), 'the candidates');
    pc.close();
  });
});

it('a callback for the end of gathering comes behind all candidates', async () => {
  const pc = new compat.PeerConnection('collector', { iceServers: [] });
  const events: string[] = [];
  pc.onLocalDescription((_, type) => events.push(type));
  pc.onLocalCandidate(() => events.push('candidate'));
  const complete = new Promise<void>((resolve) => {
    pc.onGatheringStateChange((state) => {
      events.push(state);
      if (state === 'complete') resolve();
    });
  });
  pc.createDataChannel('chat');
  await complete;
  expect(events.filter((event) => event === 'candidate').length).toBeGreaterThan(0);
  expect(events.at(-1)).toBe('complete');
  expect(pc.localDescription()?.sdp).toContain(CANDIDATE);
  pc.close();
});

it('who does not listen to candidates reads all that were found', async () => {
  const pc = new compat.PeerConnection('reader', { iceServers: [] });
  pc.createDataChannel('chat');
  while (pc.gatheringState() !== 'complete') await new Promise((resolve) => setTimeout(resolve, 5));
  await new Promise((resolve) => setImmediate(resolve));
  expect(pc.localDescription()?.sdp).toContain(CANDIDATE);
  pc.close();
});

it('candidates are emitted with the answer where the description was read before the end of gathering', async () => {
  const pc = new compat.PeerConnection('sender', { iceServers: [] });
  const events: string[] = [];
  const read = new Promise<string>((resolve) => {
    pc.onLocalDescription(() => resolve(pc.localDescription()?.sdp ?? ''));
  });
  pc.onLocalCandidate(() => events.push('candidate'));
  const complete = new Promise<void>((resolve) => {
    pc.onGatheringStateChange((state) => state === 'complete' && resolve());
  });
  pc.createDataChannel('chat');
  expect(await read).not.toContain(CANDIDATE);
  await complete;
  expect(events).toEqual([]);
  pc.close();
});
