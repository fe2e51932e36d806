import { RtcRuntime } from '../../../src/index.js';
import type { Hazard } from '../support/hazard.js';
import { settled, until } from '../support/patience.js';
import { keep, rawEnd, rawPair } from '../support/raw-pair.js';
import { sdkPair } from '../support/sdk-pair.js';

const PAIRS = 40;
const WHAT = 'channels';

export const hazard: Hazard = {
  id: 'H51',
  file: import.meta.url,
  does: `creates a channel as soon as the connection says \`connected\`, on ${PAIRS} connections`,
  why:
    'A thread of the library opens what was created before, some time after it said `connected`. A channel created in ' +
    'between is announced to the peer twice ("Got open message on already used stream"), and the peer closes it.',
  raw: {
    async program(ndc, report) {
      const closables: { close(): void }[] = [];
      let connected = 0;
      let arrived = 0;
      for (let n = 0; n < PAIRS; n++) {
        const { alice, bob } = rawPair(ndc);
        alice.onDataChannel((channel) => keep(channel).onMessage(() => arrived++));
        bob.onDataChannel(keep);
        bob.onStateChange((state) => {
          if (state !== 'connected') return;
          connected++;
          const channel = keep(bob.createDataChannel('chat'));
          channel.onOpen(() => {
            if (channel.isOpen()) channel.sendMessage('hello');
          });
          closables.unshift(channel);
        });
        closables.push(alice, bob);
        closables.unshift(keep(alice.createDataChannel('first')));
      }
      await until(() => connected === PAIRS);
      await settled(() => arrived);
      report.lost(PAIRS - arrived, PAIRS, WHAT);
      await rawEnd(ndc, ...closables);
    },
  },
  sdk: {
    async program(report) {
      await using rtc = RtcRuntime.acquire('app');
      let connected = 0;
      let arrived = 0;
      for (let n = 0; n < PAIRS; n++) {
        const { alice, bob } = sdkPair(rtc.fork(`pair-${n}`));
        alice.on('dataChannel', (channel) => channel.on('message', () => arrived++));
        bob.on('stateChange', (state) => {
          if (state !== 'connected') return;
          connected++;
          void bob.createDataChannel('chat').send('hello');
        });
        alice.createDataChannel('first');
      }
      await until(() => connected === PAIRS);
      await settled(() => arrived);
      report.lost(PAIRS - arrived, PAIRS, WHAT);
    },
  },
};
