import type { ConnectionProgress } from '../errors/rtc-error.js';
import { withoutSecrets } from '../native/redaction.js';
import { cut } from '../scope/node.js';

/** An error, or whatever else was given as a reason, as data without secrets. */
export interface DescribedError {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  /** How far a connection had got. */
  readonly progress?: ConnectionProgress;
  readonly cause?: DescribedError;
}

/** Keeps nothing of `reason` but a bounded amount of text. */
export function describeError(reason: unknown, depth = 0): DescribedError {
  if (!(reason instanceof Error)) {
    // A reason may be any value of the program's: of an object only its type is written down.
    const text = typeof reason === 'string' ? reason : typeof reason === 'object' ? '' : String(reason);
    return { name: typeof reason, message: shownText(text) };
  }
  const { name, message, cause } = reason;
  const { code, progress } = reason as { code?: unknown; progress?: ConnectionProgress };
  return {
    name: shownText(String(name)),
    message: shownText(String(message)),
    ...(typeof code === 'string' ? { code: shownText(code) } : {}),
    ...(progress === undefined ? {} : { progress }),
    ...(cause === undefined || depth >= MOST_CAUSES ? {} : { cause: describeError(cause, depth + 1) }),
  };
}

/** A text that may be kept and shown: without secrets, and cut where it is long. */
export function shownText(text: string): string {
  const clean = withoutSecrets(text);
  return clean.length > LONGEST ? `${cut(clean, LONGEST)}…` : clean;
}

const LONGEST = 1000;
const MOST_CAUSES = 4;
