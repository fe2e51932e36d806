import { describeType, readFrom } from '../../arguments/argument.js';
import { MAX_URL_LENGTH } from './limits.js';

/**
 * The URL in the form in which the library takes it. An IPv6 address comes back percent-encoded
 * (`ws://%3A%3A1/`), because the library's own parser stops at the first colon of `[::1]`.
 */
export function validateWebSocketUrl(url: unknown, name = 'url'): string {
  if (typeof url !== 'string' && !readFrom(name, () => url instanceof URL))
    throw new TypeError(`${name} must be a string or a URL; got ${describeType(url)}`);
  let parsed: URL;
  try {
    // A copy, because the caller's URL may change later.
    parsed = new URL(String(url));
  } catch {
    // The parser's own error carries the whole URL, which may have a token in it.
    throw new TypeError(`${name} must be an absolute URL such as "wss://example.org/path"`);
  }
  if (parsed.protocol !== 'ws:' && parsed.protocol !== 'wss:')
    throw new TypeError(`${name} must begin with "ws:" or "wss:"${schemeForMessage(parsed.protocol)}`);
  if (parsed.username !== '' || parsed.password !== '')
    throw new TypeError(`${name} must not contain credentials: the library would not send them`);
  if (parsed.hash !== '' || parsed.href.endsWith('#'))
    throw new TypeError(`${name} must not have a fragment`);
  if (parsed.port === '0') throw new RangeError(`port of ${name} must be from 1 to 65535; got 0`);
  const { href, host, hostname } = parsed;
  const native = hostname.startsWith('[')
    ? href.replace(host, host.replace(hostname, hostname.slice(1, -1).replaceAll(':', '%3A')))
    : href;
  if (native.length > MAX_URL_LENGTH)
    throw new RangeError(`${name} must have at most ${MAX_URL_LENGTH} characters; got ${native.length}`);
  return native;
}

/** What `validateWebSocketUrl` returned, as a URL again. */
export function parseNativeUrl(native: string): URL {
  return new URL(
    native.replace(
      /^(wss?:\/\/)((?:[\da-f.]*%3A)+[\da-f.]*)/i,
      (_, scheme: string, host: string) => `${scheme}[${decodeURIComponent(host)}]`,
    ),
  );
}

/** Where the scheme is missing, what stands before the first colon may be anything. */
const schemeForMessage = (protocol: string) =>
  /^(https?|file):$/.test(protocol) ? `; got "${protocol}"` : '';
