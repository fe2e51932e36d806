import type * as ndc from 'node-datachannel';
import { LIBRARY_SEND_BUFFER } from './validate/sctp-settings.js';

/** The addon's exports object, which every copy of this package in the process shares. */
export interface SettingsHolder {
  setSctpSettings: (settings: ndc.SctpSettings) => void;
  [LARGEST]?: number;
}

const LARGEST = Symbol.for('scoped-rtc.largest-send-buffer');

/**
 * Notes the largest SCTP send buffer that is set from now on, whoever sets it; the result tells its bytes. Both faces of
 * node-datachannel look `setSctpSettings` up on the addon's exports object for each call, so that is where it is replaced.
 */
export function watchSendBuffer(addon: SettingsHolder): () => number {
  if (addon[LARGEST] === undefined) {
    addon[LARGEST] = LIBRARY_SEND_BUFFER;
    const set = addon.setSctpSettings;
    addon.setSctpSettings = (settings) => {
      set.call(addon, settings);
      const bytes: unknown = settings.sendBufferSize;
      if (typeof bytes === 'number') addon[LARGEST] = Math.max(addon[LARGEST] ?? 0, bytes);
    };
  }
  return () => addon[LARGEST] ?? LIBRARY_SEND_BUFFER;
}
