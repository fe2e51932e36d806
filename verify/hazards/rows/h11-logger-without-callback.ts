import { RtcRuntime } from '../../../src/index.js';
import type { Hazard } from '../support/hazard.js';
import { rawEnd } from '../support/raw-pair.js';

export const hazard: Hazard = {
  id: 'H11',
  file: import.meta.url,
  does: "asks for warnings on stderr with `initLogger('Warning')`, as the types allow",
  why: 'The JavaScript layer always passes two arguments, and the addon refuses an undefined callback.',
  raw: {
    async program(ndc, report) {
      try {
        ndc.initLogger('Warning');
      } catch (error) {
        report.wrong(`throws "${(error as Error).message}"`);
      }
      await rawEnd(ndc);
    },
  },
  sdk: {
    // Warnings of this package need no logger: they are an event, and without a listener Node's own warnings.
    async program(report) {
      const received: string[] = [];
      using _warnings = RtcRuntime.shared.subscribe('warning', ({ code }) => received.push(code));
      await using rtc = RtcRuntime.acquire('app');
      rtc.createPeerConnection('alice');
      const { createRequire } = await import('node:module');
      (createRequire(import.meta.url)('node-datachannel') as { cleanup(): void }).cleanup();
      if (!received.includes('RTC_FOREIGN_CLEANUP')) report.wrong('no warning reached the listener');
      report.note('warnings are events of the runtime');
    },
  },
};
