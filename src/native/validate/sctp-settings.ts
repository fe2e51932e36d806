import type * as ndc from 'node-datachannel';
import { integer, readOptions } from '../../arguments/argument.js';
import { MAX_UINT32 } from './limits.js';

/** Process-wide SCTP settings. Defaults are libdatachannel's (`impl/sctptransport.cpp`). */
export interface SctpSettings {
  /** Bytes, from 1. Default 1048576. */
  recvBufferSize?: number;
  /** Bytes, from 1. Default 1048576. */
  sendBufferSize?: number;
  /** From 1. Default 10240. */
  maxChunksOnQueue?: number;
  /** In MTUs, from 1. Default 10. */
  initialCongestionWindow?: number;
  /** 0 standard (RFC 4960), 1 HSTCP, 2 H-TCP, 3 RTCC. Default 0. */
  congestionControlModule?: number;
  /** Milliseconds, 0 to 500 (RFC 9260, section 6.2). Default 20. */
  delayedSackTime?: number;
}

const positive = integer(1, MAX_UINT32);
const bufferSize = integer(1, MAX_UINT32, 'bytes');

/** What is left out goes back to its default: the library replaces all settings at once. */
export function validateSctpSettings(settings: unknown, name = 'settings'): ndc.SctpSettings {
  return readOptions<ndc.SctpSettings>(settings, name, {
    recvBufferSize: bufferSize,
    sendBufferSize: bufferSize,
    maxChunksOnQueue: positive,
    initialCongestionWindow: positive,
    congestionControlModule: integer(0, 3),
    delayedSackTime: integer(0, 500, 'milliseconds'),
  });
}
