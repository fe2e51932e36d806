import type { FaultOptions } from '../../src/testing/index.js';

const BY_NAME = {
  neverAcknowledgeClose: true,
  throwInClose: true,
  // Not where the library hands over what the peer made: nobody could catch that.
  throwInCreate: ({ kind, method }) =>
    method !== 'constructor' || (kind !== 'DataChannel' && kind !== 'WebSocket'),
  fireAfterClose: true,
  neverConfirmReset: true,
  sendThrows: true,
  block: true,
  failToConnect: true,
  iceFailed: true,
  delay: { min: 0, max: 30 },
} satisfies FaultOptions;

export type FaultName = keyof typeof BY_NAME;

/** What the library may do to a process for some time. */
export const FAULTS = Object.entries(BY_NAME) as readonly (readonly [FaultName, unknown])[];
