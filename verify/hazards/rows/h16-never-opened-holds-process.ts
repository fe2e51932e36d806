import { RtcRuntime } from '../../../src/index.js';
import type { Hazard } from '../support/hazard.js';
import { pause } from '../support/patience.js';
import { keep, RAW_CONFIG } from '../support/raw-pair.js';

export const hazard: Hazard = {
  id: 'H16',
  file: import.meta.url,
  does: 'listens to everything, closes everything: a WebSocket that never opened, and a channel of a closed connection',
  why: 'Callback handles are freed only by the native close event, which never comes in these cases.',
  raw: {
    async program(ndc) {
      const socket = keep(new ndc.WebSocket());
      socket.onClosed(() => {});
      socket.close();
      const pc = keep(new ndc.PeerConnection('alice', RAW_CONFIG));
      pc.onStateChange(() => {});
      const channel = keep(pc.createDataChannel('chat'));
      channel.onClosed(() => {});
      pc.close();
      channel.close();
      await pause(100);
    },
  },
  sdk: {
    async program() {
      await using rtc = RtcRuntime.acquire('app');
      const socket = rtc.createWebSocket('ws://127.0.0.1:1/');
      socket.on('close', () => {});
      await socket.close();
      const pc = rtc.createPeerConnection('alice');
      const channel = pc.createDataChannel('chat');
      channel.on('close', () => {});
      await pc.close();
      await channel.close();
    },
  },
};
