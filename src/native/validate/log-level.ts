import type * as ndc from 'node-datachannel';
import { oneOf } from './argument.js';

const level = oneOf('Verbose', 'Debug', 'Info', 'Warning', 'Error', 'Fatal');

/** The addon takes every other word for "log nothing" (H12). */
export function validateLogLevel(logLevel: unknown, name = 'level'): ndc.LogLevel {
  return level(logLevel, name);
}
