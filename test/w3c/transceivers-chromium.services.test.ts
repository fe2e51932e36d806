import type { Browser, Page } from 'playwright-core';
import { RtcRuntime } from 'scoped-rtc';
import { type Rtp, rtpOf, type ScopedWebRTC, scopedWebRTC } from 'scoped-rtc/w3c';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium, launchChromium, WITHOUT_MDNS } from '../support/chromium.js';
import { nothingLeft } from '../support/nothing-left.js';
import { once } from './pair.js';

/** In the page: one-shot signaling, a moving picture, and what has arrived. */
const PAGE = `
  const pc = new RTCPeerConnection();
  const gathered = async () => {
    while (pc.iceGatheringState !== 'complete') await new Promise((go) => (pc.onicegatheringstatechange = go));
    return { type: pc.localDescription.type, sdp: pc.localDescription.sdp };
  };
  const picture = () => {
    const canvas = document.createElement('canvas');
    const context = canvas.getContext('2d');
    let n = 0;
    setInterval(() => { context.fillStyle = '#' + (n++ % 4096).toString(16).padStart(3, '0'); context.fillRect(0, 0, 300, 150); }, 40);
    return canvas.captureStream(25);
  };
  const answer = async (offer, stream) => {
    await pc.setRemoteDescription(offer);
    if (stream) for (const track of stream.getTracks()) pc.addTrack(track, stream);
    await pc.setLocalDescription();
    return gathered();
  };
  const received = async () => {
    for (const each of (await pc.getStats()).values()) if (each.type === 'inbound-rtp') return each.packetsReceived;
    return 0;
  };
`;

type Connection = InstanceType<ScopedWebRTC['RTCPeerConnection']>;
type Description = { type: 'offer' | 'answer'; sdp: string };

async function gathered(pc: Connection): Promise<Description> {
  while (pc.iceGatheringState !== 'complete') await once(pc, 'icegatheringstatechange');
  return pc.localDescription!.toJSON() as Description;
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

  async function withPage(body: (pc: Connection, page: Page) => Promise<void>): Promise<void> {
    const page = await browser.newPage();
    await page.goto('data:text/html,');
    await page.evaluate(
      `(() => { ${PAGE} Object.assign(window, { pc, gathered, picture, answer, received }); })()`,
    );
    await RtcRuntime.acquire('browser').run(async (scope) => {
      const pc = new (scopedWebRTC(scope).RTCPeerConnection)();
      await body(pc, page);
      pc.close();
    });
    await page.close();
    await nothingLeft();
  }

  it('a viewer, as of WHEP, receives the video that Chromium sends, and sees it stop', async () => {
    await withPage(async (pc, page) => {
      const viewer = pc.addTransceiver('video', { direction: 'recvonly' });
      const arrived = once<{ track: { muted: boolean } } & Event>(pc, 'track');
      await pc.setLocalDescription();
      const offer = JSON.stringify(await gathered(pc));
      await pc.setRemoteDescription((await page.evaluate(`answer(${offer}, picture())`)) as Description);
      const { track } = await arrived;
      expect(viewer.currentDirection).toBe('recvonly');
      const { mediaTrack } = rtpOf(viewer)!;
      const packet = (await mediaTrack.nextMessage()) as Buffer;
      expect(viewer.receiver.getParameters().codecs.map(({ payloadType }) => payloadType)).toContain(
        packet[1]! & 0x7f,
      );
      expect(track.muted).toBe(false);

      const ended = once(viewer.receiver.track, 'ended');
      const removal = await page.evaluate(
        'pc.getTransceivers()[0].stop(); pc.setLocalDescription().then(gathered)',
      );
      await pc.setRemoteDescription(removal as Description);
      await pc.setLocalDescription();
      await ended;
      expect(pc.getTransceivers()).toEqual([]);
    });
  });

  it('a publisher, as of WHIP, sends Opus that Chromium receives', async () => {
    await withPage(async (pc, page) => {
      const publisher = pc.addTransceiver('audio', { direction: 'sendonly' });
      await pc.setLocalDescription();
      const offer = JSON.stringify(await gathered(pc));
      await pc.setRemoteDescription((await page.evaluate(`answer(${offer})`)) as Description);
      expect(publisher.currentDirection).toBe('sendonly');
      const rtp = rtpOf(publisher)!;
      await rtp.mediaTrack.opened();
      const [codec] = publisher.sender.getParameters().codecs;
      expect(codec).toMatchObject({ mimeType: 'audio/opus', clockRate: 48_000 });
      await sendOpus(rtp, codec!.payloadType, async () => Number(await page.evaluate('received()')) >= 5);
    });
  });

  it('an offer of Chromium with audio, video and a channel is answered; both sides send', async () => {
    await withPage(async (pc, page) => {
      const tracks: string[] = [];
      pc.ontrack = ({ track, streams }) => tracks.push(`${track.kind} in ${streams.length}`);
      const offer = await page.evaluate(
        `const stream = picture(); pc.addTransceiver('audio'); pc.addTrack(stream.getVideoTracks()[0], stream);
         pc.createDataChannel('chat'); pc.setLocalDescription().then(gathered)`,
      );
      const opened = once(pc, 'datachannel');
      await pc.setRemoteDescription(offer as Description);
      expect(tracks).toEqual(['audio in 0', 'video in 1']);
      const [audio, video] = pc.getTransceivers();
      audio!.direction = 'sendrecv';
      await pc.setLocalDescription();
      const answer = JSON.stringify(await gathered(pc));
      await page.evaluate(`pc.setRemoteDescription(${answer})`);
      await opened;
      expect(await rtpOf(video!)!.mediaTrack.nextMessage()).toBeInstanceOf(Buffer);
      const [codec] = audio!.sender.getParameters().codecs;
      await sendOpus(rtpOf(audio!)!, codec!.payloadType, async () => {
        return Number(await page.evaluate('received()')) >= 5;
      });
    });
  });
});
