import { once } from 'node:events';
import { generate } from 'selfsigned';
import { WebSocket as OtherClient } from 'ws';
import { RtcRuntime } from '../../../src/index.js';
import type { Hazard } from '../support/hazard.js';
import { patiently } from '../support/patience.js';
import { keep, rawEnd } from '../support/raw-pair.js';

async function certificate() {
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }]);
  return { certificatePemFile: cert, keyPemFile: key };
}

export const hazard: Hazard = {
  id: 'H46',
  file: import.meta.url,
  does: 'gives a WebSocket server a certificate and forgets `enableTls`',
  why: 'The certificate is ignored, and the server speaks in the clear.',
  raw: {
    async program(ndc, report) {
      const { certificatePemFile, keyPemFile } = await certificate();
      try {
        const server = keep(
          new ndc.WebSocketServer({ port: 0, bindAddress: '127.0.0.1', certificatePemFile, keyPemFile }),
        );
        server.onClient((client) => void keep(client));
        const client = new OtherClient(`ws://127.0.0.1:${server.port()}/`);
        client.on('error', () => {});
        const open = await patiently(once(client, 'open'), 2000);
        if (open) report.wrong('serves plain text');
        client.terminate();
        server.stop();
      } catch {} // would be right
      await rawEnd(ndc);
    },
  },
  sdk: {
    async program(report) {
      const { certificatePemFile, keyPemFile } = await certificate();
      await using rtc = RtcRuntime.acquire('app');
      try {
        rtc.createWebSocketServer({ port: 0, bindAddress: '127.0.0.1', certificatePemFile, keyPemFile });
        report.wrong('serves plain text');
      } catch (error) {
        report.note((error as Error).name);
      }
    },
  },
};
