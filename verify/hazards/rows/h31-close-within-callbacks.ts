import { RtcRuntime } from '../../../src/index.js';
import type { Hazard } from '../support/hazard.js';
import { until } from '../support/patience.js';
import { keep, rawEnd, rawPair } from '../support/raw-pair.js';
import { sdkPair } from '../support/sdk-pair.js';

export const hazard: Hazard = {
  id: 'H31',
  file: import.meta.url,
  does: 'closes the connection from within every kind of callback',
  why: 'A callback may run while the object it belongs to is torn down below it.',
  raw: {
    async program(ndc) {
      for (const when of [
        'state',
        'description',
        'candidate',
        'gathering',
        'channel',
        'open',
        'message',
        'closed',
      ]) {
        const { alice, bob } = rawPair(ndc);
        const end = () => {
          alice.close();
          bob.close();
        };
        if (when === 'state') alice.onStateChange(end);
        if (when === 'description') bob.onLocalDescription(end);
        if (when === 'candidate') bob.onLocalCandidate(end);
        if (when === 'gathering') alice.onGatheringStateChange(end);
        bob.onDataChannel((far) => {
          keep(far).onMessage(() => when === 'message' && end());
          far.onClosed(() => when === 'closed' && end());
          if (when === 'channel') end();
        });
        const near = keep(alice.createDataChannel('chat'));
        near.onOpen(() => {
          near.sendMessage('hello');
          if (when === 'open') end();
          if (when === 'closed') setTimeout(() => near.close(), 50);
        });
        await until(() => alice.state() === 'closed', 1500);
        end();
      }
      await rawEnd(ndc);
    },
  },
  sdk: {
    async program() {
      await using rtc = RtcRuntime.acquire('app');
      for (const when of [
        'state',
        'description',
        'candidate',
        'gathering',
        'channel',
        'open',
        'message',
        'closed',
      ]) {
        await using scope = rtc.fork(when);
        const { alice, bob } = sdkPair(scope);
        const end = () => {
          void alice.close();
          void bob.close();
        };
        if (when === 'state') alice.on('stateChange', end);
        if (when === 'description') bob.on('localDescription', end);
        if (when === 'candidate') bob.on('localCandidate', end);
        if (when === 'gathering') alice.on('gatheringStateChange', end);
        bob.on('dataChannel', (far) => {
          far.on('message', () => when === 'message' && end());
          far.on('close', () => when === 'closed' && end());
          if (when === 'channel') end();
        });
        const near = alice.createDataChannel('chat');
        near.on('open', () => {
          void near.send('hello');
          if (when === 'open') end();
          if (when === 'closed') void near.close();
        });
        await until(() => alice.state === 'closed', 1500);
      }
    },
  },
};
