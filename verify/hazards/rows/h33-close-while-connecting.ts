import { RtcRuntime } from '../../../src/index.js';
import type { Hazard } from '../support/hazard.js';
import { pause, until } from '../support/patience.js';
import { keep, rawPair } from '../support/raw-pair.js';
import { sdkPair } from '../support/sdk-pair.js';

export const hazard: Hazard = {
  id: 'H33',
  file: import.meta.url,
  does: 'closes 20 pairs while they connect',
  why: 'A connection in the middle of something is the one whose callbacks come late.',
  raw: {
    async program(ndc) {
      for (let i = 0; i < 20; i++) {
        const { alice, bob } = rawPair(ndc);
        keep(alice.createDataChannel('chat'));
        await until(() => alice.state() === 'connecting' || bob.state() === 'connecting', 500);
        const [first, second] = i % 2 === 0 ? [alice, bob] : [bob, alice];
        first.close();
        setTimeout(() => second.close(), i % 5);
      }
      await pause(100);
      ndc.cleanup();
    },
  },
  sdk: {
    async program() {
      await using rtc = RtcRuntime.acquire('app');
      for (let i = 0; i < 20; i++) {
        const { alice, bob } = sdkPair(rtc);
        alice.createDataChannel('chat');
        await until(
          () => alice.connectionState === 'connecting' || bob.connectionState === 'connecting',
          500,
        );
        const [first, second] = i % 2 === 0 ? [alice, bob] : [bob, alice];
        void first.close();
        setTimeout(() => void second.close(), i % 5);
      }
    },
  },
};
