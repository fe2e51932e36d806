import type { Direction } from 'node-datachannel';
import type { MediaDirection } from '../../native/validate/media-description.js';

/** Which way packets go in a media section: the sum of `SENDS` and `RECEIVES`, or nothing. */
export type Flow = 0 | 1 | 2 | 3;
export const SENDS = 1;
export const RECEIVES = 2;
export const BOTH_WAYS = 3;

/** The words of the API, by flow. */
export const DIRECTIONS = [
  'Inactive',
  'SendOnly',
  'RecvOnly',
  'SendRecv',
] as const satisfies MediaDirection[];

/** The same seen from the other end. */
export function reversed(flow: Flow): Flow {
  return (((flow & SENDS) << 1) | (flow >> 1)) as Flow;
}

/** The library's 'Unknown' is a section without a direction, which means both (RFC 8866, section 6.7). */
export function flowOf(direction: Direction): Flow {
  return direction === 'Unknown' ? BOTH_WAYS : (DIRECTIONS.indexOf(direction) as Flow);
}
