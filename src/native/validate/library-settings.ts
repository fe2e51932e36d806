import type * as ndc from 'node-datachannel';
import { oneOf, integer, readOptions } from '../../arguments/argument.js';
import { MAX_UINT32 } from './limits.js';

export type RtcLogLevel = ndc.LogLevel;

/** From the most to the least talkative. */
export const LOG_LEVELS = ['Verbose', 'Debug', 'Info', 'Warning', 'Error', 'Fatal'] as const;

const level = oneOf(...LOG_LEVELS);

/** The addon takes every other word for "log nothing" (H12). */
export function validateLogLevel(logLevel: unknown, name = 'level'): RtcLogLevel {
  return level(logLevel, name);
}

/** Process-wide SCTP settings. Where nothing else is said, defaults are libdatachannel's (`impl/sctptransport.cpp`). */
export interface SctpSettings {
  /**
   * Bytes that each connection takes in ahead of its reader, from 1: the peer sends no more within a round trip. Default
   * 4194304, four times libdatachannel's and about what browsers have. Memory is taken as it is needed.
   */
  recvBufferSize?: number | undefined;
  /**
   * Bytes that each connection has sent, or is to send next, and that its peer has not acknowledged, from 1: no more is
   * sent within a round trip. Default 1048576. More is faster where a link of over 100 Mbit/s is long, and slower where
   * the link cannot take so much at once: see docs/performance.md.
   */
  sendBufferSize?: number | undefined;
  /** From 1. Default 10240. */
  maxChunksOnQueue?: number | undefined;
  /** In MTUs, from 1. Default 10. */
  initialCongestionWindow?: number | undefined;
  /** 0 standard (RFC 4960), 1 HSTCP, 2 H-TCP, 3 RTCC. Default 0. */
  congestionControlModule?: number | undefined;
  /** Milliseconds, 0 to 500 (RFC 9260, section 6.2). Default 20. */
  delayedSackTime?: number | undefined;
}

/** Bytes: libdatachannel's own default (`impl/sctptransport.cpp`). */
export const LIBRARY_SEND_BUFFER = 1024 * 1024;

/**
 * What differs from the library's defaults. The receive buffer is to bound no sender: of what one has on its way, another
 * 256 bytes a packet are counted against it. The send buffer stays: with a larger one the library's slow start overruns
 * the queue of a link that takes its default in whole, and it recovers from that only slowly.
 */
export const SCTP_DEFAULTS = { recvBufferSize: 4 * 1024 * 1024 } as const;

const positive = integer(1, MAX_UINT32);
const bufferSize = integer(1, MAX_UINT32, 'bytes');

/** What is left out goes back to its default: the library replaces all settings at once. */
export function validateSctpSettings(settings: unknown, name = 'settings'): ndc.SctpSettings {
  const given = readOptions<ndc.SctpSettings>(settings, name, {
    recvBufferSize: bufferSize,
    sendBufferSize: bufferSize,
    maxChunksOnQueue: positive,
    initialCongestionWindow: positive,
    congestionControlModule: integer(0, 3),
    delayedSackTime: integer(0, 500, 'milliseconds'),
  });
  return { ...SCTP_DEFAULTS, ...given };
}
