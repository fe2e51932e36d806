import type { RawData } from 'ws';
import { readFrame } from '../wire/frame.js';

/** True for a frame of acknowledged messages that only says what has arrived; `text` is all of the client's message. */
export function isAcknowledgement(frame: unknown, text: RawData): boolean {
  if (!('byteLength' in text) || text.byteLength > LONGEST) return false;
  const read = readFrame(frame);
  return typeof read === 'object' && read.n === undefined && read.hi === undefined && read.end === undefined;
}

/** Bytes: two sessions of 64 characters, a name of 128, two numbers and the JSON around them. */
const LONGEST = 512;
