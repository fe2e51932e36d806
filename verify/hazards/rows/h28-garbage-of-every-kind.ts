import { RtcRuntime } from '../../../src/index.js';
import { freeUdpPort } from '../../../test/support/free-port.js';
import type { Binding, Hazard } from '../support/hazard.js';
import { collectGarbage } from '../support/patience.js';
import { RAW_CONFIG } from '../support/raw-pair.js';
import { sdkPair } from '../support/sdk-pair.js';

/** A connection that nobody keeps. */
function loose(ndc: Binding) {
  const alice = new ndc.PeerConnection('alice', RAW_CONFIG);
  alice.onStateChange(() => {});
  return { alice };
}

export const hazard: Hazard = {
  id: 'H28',
  file: import.meta.url,
  does: 'drops every reference to connections, channels, sockets, a server and a listener, under pressure of the garbage collector',
  why: 'As H2, for every kind of wrapper: destructors free what callbacks and cleanup still point to.',
  raw: {
    async program(ndc) {
      (() => {
        for (let i = 0; i < 10; i++) {
          const { alice } = loose(ndc);
          alice.createDataChannel('chat').onMessage(() => {});
          new ndc.WebSocket().onClosed(() => {});
          new ndc.WebSocketServer({ port: 0, bindAddress: '127.0.0.1' }).onClient(() => {});
        }
      })();
      await collectGarbage(20);
      ndc.cleanup();
    },
  },
  sdk: {
    async program() {
      await using rtc = RtcRuntime.acquire('app');
      const port = await freeUdpPort();
      (() => {
        rtc.createIceUdpMuxListener(port, '127.0.0.1').on('unhandledStunRequest', () => {});
        for (let i = 0; i < 10; i++) {
          const { alice } = sdkPair(rtc);
          alice.createDataChannel('chat').on('message', () => {});
          const server = rtc.createWebSocketServer({ port: 0, bindAddress: '127.0.0.1' });
          server.on('connection', () => {});
          rtc.createWebSocket(`ws://127.0.0.1:${server.port}/`).on('close', () => {});
        }
      })();
      await collectGarbage(20);
    },
  },
};
