import { RtcRuntime } from '../../../src/index.js';
import type { Hazard } from '../support/hazard.js';
import { pause, until } from '../support/patience.js';
import { keep, RAW_CONFIG, rawEnd } from '../support/raw-pair.js';

export const hazard: Hazard = {
  id: 'H44',
  file: import.meta.url,
  does: 'adds a candidate of the peer, in a callback, to a connection that was closed meanwhile',
  why: '`addRemoteCandidate` throws inside a callback, and nothing catches it (H9).',
  raw: {
    async program(ndc, report) {
      process.on('uncaughtException', (error) => report.note(`uncaught: ${error.message}`));
      const alice = keep(new ndc.PeerConnection('alice', RAW_CONFIG));
      const bob = keep(new ndc.PeerConnection('bob', RAW_CONFIG));
      alice.onLocalDescription(() => bob.close());
      alice.onLocalCandidate((candidate, mid) => {
        bob.close();
        bob.addRemoteCandidate(candidate, mid);
      });
      keep(alice.createDataChannel('chat'));
      await pause(300);
      await rawEnd(ndc, alice);
    },
  },
  sdk: {
    async program(report) {
      const codes = new Set<string | undefined>();
      process.on('uncaughtException', (error: { code?: string }) => codes.add(error.code));
      await using rtc = RtcRuntime.acquire('app');
      const alice = rtc.createPeerConnection('alice');
      const bob = rtc.createPeerConnection('bob');
      alice.on('localCandidate', (candidate, mid) => {
        void bob.close();
        bob.addRemoteCandidate(candidate, mid);
      });
      alice.createDataChannel('chat');
      if (!(await until(() => codes.size > 0))) report.wrong('the error did not reach a listener');
      if (codes.has(undefined)) report.wrong('an uncaught error without a code');
      report.note(`uncaught error ${[...codes].join(', ')}, the process goes on`);
    },
  },
};
