import { integer } from '../../arguments/argument.js';
import { MAX_UINT32 } from './limits.js';

const bytes = integer(0, MAX_UINT32, 'bytes');

/** The addon reads the threshold as an unsigned 32-bit number: -1 would be 4 GB, a fraction would be cut. */
export function validateBufferedAmountLowThreshold(threshold: unknown, name = 'threshold'): number {
  return bytes(threshold, name);
}
