import { parseJson } from './json.js';

/** Version of the acknowledged messages' wire format; docs/protocol.md describes it. */
export const PROTOCOL_VERSION = 1;

/**
 * Messages that may be on their way: sent, and not yet had by the peer's application. Part of the protocol: nobody
 * need keep more than these.
 */
export const WINDOW = 64;

/** What one side sends to the other. Every frame has the state of what came in; some carry a message. */
export interface Frame {
  /** Session of the sender: one for each channel object. */
  readonly s: string;
  /** Session of the peer, as far as the sender knows it. */
  readonly p?: string | undefined;
  /** Messages of the peer that arrived, in order and without a gap. */
  readonly got: number;
  /** Those of them that the application has. */
  readonly had: number;
  /** "I am (back) here": send what I have not got, and answer. */
  readonly hi?: true;
  /** Number of the message, from 1. */
  readonly n?: number;
  /** The message; with `n`. */
  readonly m?: unknown;
  /** The sender has ended; nothing more comes. */
  readonly end?: true;
}

/** Reads what came. A number: the version that the peer speaks. `undefined`: not a frame. Anything may come. */
export function readFrame(given: unknown): Frame | number | undefined {
  const frame = typeof given === 'string' ? parseJson(given) : given;
  if (typeof frame !== 'object' || frame === null) return undefined;
  const { v, s, p, got, had, n } = frame as Record<string, unknown>;
  if (v !== PROTOCOL_VERSION) return isCount(v) ? v : undefined;
  if (!isSession(s) || !(p === undefined || isSession(p))) return undefined;
  if (!isCount(got) || !isCount(had) || had > got) return undefined;
  if (n !== undefined && !(isCount(n) && n > 0 && 'm' in frame)) return undefined;
  return frame as Frame;
}

/** `json` is the message as text, so that it is made once however often it is sent. */
export function writeFrame(frame: Omit<Frame, 'm' | 'n'>, n?: number, json?: string): string {
  const head = JSON.stringify({ v: PROTOCOL_VERSION, ...frame });
  return n === undefined ? head : `${head.slice(0, -1)},"n":${n},"m":${json}}`;
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

const isSession = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= LONGEST_SESSION;

const LONGEST_SESSION = 64;
