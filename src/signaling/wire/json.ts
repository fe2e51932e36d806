/**
 * Levels of objects and arrays in what comes from a peer. JSON of any depth can be read, but not written again:
 * `JSON.stringify` overflows the stack after some thousand.
 */
export const MOST_LEVELS = 128;

/** Levels of one message of an application: it travels in a frame, and that in a message of the signaling server. */
export const MOST_MESSAGE_LEVELS = 100;

/** True where a JSON text, which need not be valid, has more levels than that. */
export function isTooDeep(json: string, most = MOST_LEVELS): boolean {
  let level = 0;
  let isText = false;
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) isText = !isText;
    else if (isText) {
      if (code === BACKSLASH) at++;
    } else if (code === BRACE || code === BRACKET) {
      if (++level > most) return true;
    } else if (code === BRACE + 2 || code === BRACKET + 2) level--;
  }
  return false;
}

/** What a JSON text describes; `undefined` for text that is no JSON, or is too deep. */
export function parseJson(json: string): unknown {
  if (isTooDeep(json)) return undefined;
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** The object that a JSON text describes. */
export function parseObject(json: unknown): Record<string, unknown> | undefined {
  const value = typeof json === 'string' ? parseJson(json) : undefined;
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** The closing ones lie two behind. */
const BRACKET = 0x5b;
const BRACE = 0x7b;
