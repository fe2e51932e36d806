import type * as ndc from 'node-datachannel';
import { oneOf } from '../../arguments/argument.js';

export type RtcLogLevel = ndc.LogLevel;

/** From the most to the least talkative. */
export const LOG_LEVELS = ['Verbose', 'Debug', 'Info', 'Warning', 'Error', 'Fatal'] as const;

const level = oneOf(...LOG_LEVELS);

/** The addon takes every other word for "log nothing" (H12). */
export function validateLogLevel(logLevel: unknown, name = 'level'): RtcLogLevel {
  return level(logLevel, name);
}
