import type { DataChannelInitConfig } from 'node-datachannel';
import { RtcRuntime } from '../../../src/index.js';
import type { Hazard } from '../support/hazard.js';
import { patiently } from '../support/patience.js';
import { keep, rawChannels, rawEnd } from '../support/raw-pair.js';
import { sdkChannels } from '../support/sdk-pair.js';

/** A buffer whose memory went to somebody else. */
function detached(): Buffer {
  const buffer = Buffer.from(new ArrayBuffer(8));
  structuredClone(buffer.buffer, { transfer: [buffer.buffer as ArrayBuffer] });
  return buffer;
}

export const hazard: Hazard = {
  id: 'H12',
  file: import.meta.url,
  does: 'makes a mistake in an argument: a taken id, negative retransmits, a label of 70 kB, `null`, a detached buffer, a bogus URL',
  why: 'The binding validates next to nothing: the mistake is accepted and shows elsewhere, later or never.',
  raw: {
    async program(ndc, report) {
      const { alice, bob, near, far } = await rawChannels(ndc);
      const accepted: string[] = [];
      const attempt = (what: string, call: () => unknown) => {
        try {
          keep(call());
          accepted.push(what);
        } catch {} // would be right
      };
      const twice: DataChannelInitConfig = { negotiated: true, id: 100 };
      keep(alice.createDataChannel('first', twice));
      attempt('a taken id', () => alice.createDataChannel('second', twice));
      attempt('maxRetransmits -5', () => alice.createDataChannel('a', { maxRetransmits: -5 }));
      const early = keep(new ndc.PeerConnection('early', { iceServers: [] }));
      attempt('a label of 70 kB', () => early.createDataChannel('x'.repeat(70_000)));
      const arrived = new Promise((resolve) => far.onMessage(resolve));
      attempt('null', () => near.sendMessage(null as unknown as string));
      const got = await patiently(arrived, 500);
      if (got === 'null') report.note('null arrives as the text "null"');
      attempt('a detached buffer', () => near.sendMessageBinary(detached()));
      const socket = keep(new ndc.WebSocket());
      attempt('the URL "garbage"', () => socket.open('garbage'));
      if (accepted.length > 0) report.wrong(`accepted in silence: ${accepted.join(', ')}`);
      await rawEnd(ndc, near, far, alice, bob, early, socket);
    },
  },
  sdk: {
    async program(report) {
      await using rtc = RtcRuntime.acquire('app');
      const { alice, near } = await sdkChannels(rtc);
      const attempt = async (what: string, call: () => unknown) => {
        try {
          await call();
          report.wrong(`accepted in silence: ${what}`);
        } catch (error) {
          const { code, name } = error as { code?: string; name: string };
          if (code === undefined && name !== 'TypeError' && name !== 'RangeError') {
            report.wrong(`${what} throws ${name}`);
          }
        }
      };
      alice.createDataChannel('first', { negotiated: true, id: 100 });
      await attempt('a taken id', () => alice.createDataChannel('second', { negotiated: true, id: 100 }));
      await attempt('maxRetransmits -5', () => alice.createDataChannel('a', { maxRetransmits: -5 }));
      const early = rtc.createPeerConnection('early');
      await attempt('a label of 70 kB', () => early.createDataChannel('x'.repeat(70_000)));
      await attempt('null', () => near.send(null as unknown as string));
      await attempt('a detached buffer', () => near.send(detached()));
      await attempt('the URL "garbage"', () => rtc.createWebSocket('garbage'));
    },
  },
};
