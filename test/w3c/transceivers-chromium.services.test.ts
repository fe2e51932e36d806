import type { Browser, Page } from 'playwright-core';
import { RtcRuntime } from 'scoped-rtc';
import { type Rtp, rtpOf, type ScopedWebRTC, scopedWebRTC } from 'scoped-rtc/w3c';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium, launchChromium, WITHOUT_MDNS } from '../support/chromium.js';
import { nothingLeft } from '../support/nothing-left.js';
import { once } from './pair.js';

/** In the page: trickle ICE, a moving picture, and what has arrived. */
const PAGE = `
  const pc = new RTCPeerConnection();
  const early = [];
  const add = (candidate) => (pc.remoteDescription ? pc.addIceCandidate(candidate) : early.push(candidate));
  pc.onicecandidate = (event) => found(event.candidate && event.candidate.toJSON());
  const take = async (description) => {
    await pc.setRemoteDescription(description);
    for (const candidate of early.splice(0)) await pc.addIceCandidate(candidate);
  };
  const describe = async () => {
    await pc.setLocalDescription();
    return pc.localDescription.toJSON();
  };
  const picture = () => {
    const canvas = document.createElement('canvas');
    const context = canvas.getContext('2d');
    let n = 0;
    setInterval(() => { context.fillStyle = '#' + (n++ % 4096).toString(16).padStart(3, '0'); context.fillRect(0, 0, 300, 150); }, 40);
    return canvas.captureStream(25);
  };
  const answer = async (offer, stream) => {
    await take(offer);
    if (stream) for (const track of stream.getTracks()) pc.addTrack(track, stream);
    return describe();
  };
  const received = async () => {
    for (const each of (await pc.getStats()).values()) if (each.type === 'inbound-rtp') return each.packetsReceived;
    return 0;
  };
`;

type Connection = InstanceType<ScopedWebRTC['RTCPeerConnection']>;
type Description = { type: 'offer' | 'answer'; sdp: string };

async function described(pc: Connection): Promise<string> {
  await pc.setLocalDescription();
  return JSON.stringify(pc.localDescription);
}

/** Candidates follow the descriptions one by one: with all of them in the offer the handshake may fail (H48). */
async function trickle(pc: Connection, page: Page): Promise<(description: unknown) => Promise<void>> {
  const early: (object | null)[] = [];
  pc.onicecandidate = ({ candidate }) => void page.evaluate(`add(${JSON.stringify(candidate)})`);
  await page.exposeFunction('found', (candidate: object | null) => {
    if (!pc.remoteDescription) early.push(candidate);
    else if (pc.signalingState !== 'closed') return pc.addIceCandidate(candidate);
    return undefined;
  });
  return async (description) => {
    await pc.setRemoteDescription(description as Description);
    for (const candidate of early.splice(0)) await pc.addIceCandidate(candidate);
  };
}

/** An Opus packet of silence (RFC 6716), as often as it takes. */
async function sendOpus({ mediaTrack, ssrc }: Rtp, payloadType: number, enough: () => Promise<boolean>) {
  for (let n = 0; n < 1000 && !(await enough()); n++) {
    const packet = Buffer.concat([Buffer.alloc(12), Buffer.from([0xf8, 0xff, 0xfe])]);
    packet.set([0x80, payloadType]);
    packet.writeUInt16BE(n, 2);
    packet.writeUInt32BE(n * 960, 4);
    packet.writeUInt32BE(ssrc, 8);
    await mediaTrack.send(packet);
  }
  expect(await enough()).toBe(true);
}

describe.skipIf(!hasChromium)('with headless Chromium as the peer', () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await launchChromium(WITHOUT_MDNS);
  });

  afterAll(() => browser?.close());

  async function withPage(
    body: (pc: Connection, page: Page, take: (description: unknown) => Promise<void>) => Promise<void>,
  ): Promise<void> {
    const page = await browser.newPage();
    await page.goto('data:text/html,');
    await RtcRuntime.acquire('browser').run(async (scope) => {
      const pc = new (scopedWebRTC(scope).RTCPeerConnection)();
      const take = await trickle(pc, page);
      await page.evaluate(
        `(() => { ${PAGE} Object.assign(window, { pc, add, take, describe, picture, answer, received }); })()`,
      );
      await body(pc, page, take);
      pc.close();
    });
    await page.close();
    await nothingLeft();
  }

  it('a viewer, as of WHEP, receives the video that Chromium sends, and sees it stop', async () => {
    await withPage(async (pc, page, take) => {
      const viewer = pc.addTransceiver('video', { direction: 'recvonly' });
      const arrived = once<{ track: { muted: boolean } } & Event>(pc, 'track');
      await take(await page.evaluate(`answer(${await described(pc)}, picture())`));
      const { track } = await arrived;
      expect(viewer.currentDirection).toBe('recvonly');
      const { mediaTrack } = rtpOf(viewer)!;
      const packet = (await mediaTrack.nextMessage()) as Buffer;
      expect(viewer.receiver.getParameters().codecs.map(({ payloadType }) => payloadType)).toContain(
        packet[1]! & 0x7f,
      );
      expect(track.muted).toBe(false);

      const ended = once(viewer.receiver.track, 'ended');
      await take(await page.evaluate('pc.getTransceivers()[0].stop(); describe()'));
      await pc.setLocalDescription();
      await ended;
      expect(pc.getTransceivers()).toEqual([]);
    });
  });

  it('a publisher, as of WHIP, sends Opus that Chromium receives', async () => {
    await withPage(async (pc, page, take) => {
      const publisher = pc.addTransceiver('audio', { direction: 'sendonly' });
      await take(await page.evaluate(`answer(${await described(pc)})`));
      expect(publisher.currentDirection).toBe('sendonly');
      const rtp = rtpOf(publisher)!;
      await rtp.mediaTrack.opened();
      const [codec] = publisher.sender.getParameters().codecs;
      expect(codec).toMatchObject({ mimeType: 'audio/opus', clockRate: 48_000 });
      await sendOpus(rtp, codec!.payloadType, async () => Number(await page.evaluate('received()')) >= 5);
    });
  });

  it('an offer of Chromium with audio, video and a channel is answered; both sides send', async () => {
    await withPage(async (pc, page, take) => {
      const tracks: string[] = [];
      pc.ontrack = ({ track, streams }) => tracks.push(`${track.kind} in ${streams.length}`);
      const offer = await page.evaluate(
        `const stream = picture(); pc.addTransceiver('audio'); pc.addTrack(stream.getVideoTracks()[0], stream);
         pc.createDataChannel('chat'); describe()`,
      );
      const opened = once(pc, 'datachannel');
      await take(offer);
      expect(tracks).toEqual(['audio in 0', 'video in 1']);
      const [audio, video] = pc.getTransceivers();
      audio!.direction = 'sendrecv';
      await page.evaluate(`take(${await described(pc)})`);
      await opened;
      expect(await rtpOf(video!)!.mediaTrack.nextMessage()).toBeInstanceOf(Buffer);
      const [codec] = audio!.sender.getParameters().codecs;
      await sendOpus(rtpOf(audio!)!, codec!.payloadType, async () => {
        return Number(await page.evaluate('received()')) >= 5;
      });
    });
  });
});
