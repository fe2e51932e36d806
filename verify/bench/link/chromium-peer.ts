import type { Page } from 'playwright-core';
import type { Signaling, SignalingMessage } from '../../../src/index.js';
import { launchChromium, WITHOUT_MDNS } from '../../../test/support/chromium.js';
import { CHANNEL_NAMES, type ChannelName, type LinkChannel, type LinkEnd, type LinkPeer } from './peer.js';
import { withOneCandidate } from './w3c-peer.js';

/** A page in Chromium as the end that answers and receives. */
export class ChromiumPeer implements LinkPeer {
  async connect(signaling: Signaling, offers: boolean): Promise<LinkEnd> {
    if (offers) throw new Error('Chromium only answers');
    const browser = await launchChromium('--allow-loopback-in-peer-connection', WITHOUT_MDNS);
    const page = await browser.newPage();
    const arriving = { bulk: new Arriving(), small: new Arriving() };
    await page.exposeFunction('reportBytes', (label: ChannelName, bytes: number) =>
      arriving[label].take(bytes),
    );
    await page.exposeFunction('reportMessage', (label: ChannelName, message: number[]) =>
      arriving[label].message(Buffer.from(message)),
    );
    let opened = () => {};
    const open = new Promise<void>((resolve) => {
      opened = resolve;
    });
    await page.exposeFunction('reportOpen', () => opened());
    await page.exposeFunction('sendAnswer', (sdp: string) =>
      signaling.send({ description: { type: 'answer', sdp: withOneCandidate(sdp) } }),
    );
    await page.evaluate(IN_PAGE);
    signaling.subscribe(
      (message) => void take(page, message as SignalingMessage),
      () => {},
    );
    await open;
    return arriving;
  }
}

const take = (page: Page, message: SignalingMessage): Promise<unknown> =>
  page.evaluate(`takeSignal(${JSON.stringify(message)})`);

/** One of the channels in the page. */
class Arriving implements LinkChannel {
  take: (bytes: number) => void = () => {};
  message: (message: Buffer) => void = () => {};

  flood(): never {
    throw new Error('Chromium only receives');
  }

  send(): never {
    throw new Error('Chromium only receives');
  }

  onBytes(listener: (bytes: number) => void): void {
    this.take = listener;
  }

  onMessage(listener: (message: Buffer) => void): void {
    this.message = listener;
  }
}

/** Adds up what arrives on the channel for bulk, and reports it every 20 ms: a call for each message would be measured, too. */
const IN_PAGE = `(() => {
  const pc = new RTCPeerConnection();
  let channels = 0;
  let bytes = 0;
  setInterval(() => {
    if (bytes > 0) reportBytes('bulk', bytes);
    bytes = 0;
  }, 20);
  pc.ondatachannel = ({ channel }) => {
    channel.binaryType = 'arraybuffer';
    channel.onmessage = ({ data }) => {
      if (channel.label === 'bulk') bytes += data.byteLength;
      else reportMessage(channel.label, [...new Uint8Array(data)]);
    };
    if (++channels === ${CHANNEL_NAMES.length}) reportOpen();
  };
  const gathered = new Promise((resolve) => {
    pc.onicegatheringstatechange = () => pc.iceGatheringState === 'complete' && resolve();
  });
  const take = async ({ description, candidate }) => {
    if (candidate?.candidate) await pc.addIceCandidate(candidate);
    if (!description) return;
    await pc.setRemoteDescription(description);
    await pc.setLocalDescription();
    await gathered;
    sendAnswer(pc.localDescription.sdp);
  };
  let taken = Promise.resolve();
  window.takeSignal = (message) => {
    taken = taken.then(() => take(message));
  };
})()`;
