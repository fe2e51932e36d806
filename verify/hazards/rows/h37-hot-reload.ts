import { RtcRuntime } from '../../../src/index.js';
import type { Hazard } from '../support/hazard.js';
import { collectGarbage } from '../support/patience.js';
import { RAW_CONFIG } from '../support/raw-pair.js';
import { sdkPair } from '../support/sdk-pair.js';
import { secondCopy } from '../support/second-copy.js';

export const hazard: Hazard = {
  id: 'H37',
  file: import.meta.url,
  does: 'is reloaded by a development server: the module is loaded again, the old objects are forgotten',
  why: 'Nobody closes what the old module made; it is collected, and the next cleanup walks over dangling pointers.',
  raw: {
    async program(ndc) {
      const module = () => {
        const { alice } = { alice: new ndc.PeerConnection('alice', RAW_CONFIG) };
        alice.onStateChange(() => {});
        alice.createDataChannel('chat').onMessage(() => {});
      };
      for (let reload = 0; reload < 10; reload++) {
        module();
        await collectGarbage(2);
      }
      ndc.cleanup();
    },
  },
  sdk: {
    async program() {
      let runtime = RtcRuntime;
      for (let reload = 0; reload < 10; reload++) {
        await runtime.shared.shutdown(); // what a module does first, for the one before it
        const scope = runtime.acquire('app');
        const { alice } = sdkPair(scope);
        alice.createDataChannel('chat').on('message', () => {});
        await collectGarbage(2);
        runtime = (await secondCopy()).RtcRuntime;
      }
      await runtime.shared.shutdown();
    },
  },
};
