import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** The only address the inspector listens on. */
export const LOOPBACK = '127.0.0.1';

const HTTP_PORT = 80;

/**
 * Decides who may see the inspector: only a browser on this machine that has its URL.
 *
 * The token keeps out other users and other pages. `Host` is checked because a foreign name can be made to resolve to
 * 127.0.0.1 (DNS rebinding), `Origin` because any page can send requests to loopback.
 */
export class Access {
  readonly token = randomBytes(24).toString('base64url');
  readonly #hosts: ReadonlySet<string>;

  constructor(port: number) {
    const names = [LOOPBACK, 'localhost'];
    const hosts = names.map((name) => `${name}:${port}`);
    // Clients leave the default port of HTTP out (RFC 9110, section 7.2).
    this.#hosts = new Set(port === HTTP_PORT ? [...names, ...hosts] : hosts);
  }

  /** The path below the token, `/` for the page; `undefined` for a request that must be refused. */
  admit(request: IncomingMessage): string | undefined {
    const { host = '', origin } = request.headers;
    if (!this.#hosts.has(host)) return undefined;
    if (origin !== undefined && !this.#isOwn(origin)) return undefined;
    const [, token = '', ...rest] = (request.url ?? '').split('?', 1)[0]!.split('/');
    return this.#isToken(token) ? `/${rest.join('/')}` : undefined;
  }

  #isOwn(origin: string): boolean {
    return origin.startsWith('http://') && this.#hosts.has(origin.slice('http://'.length));
  }

  #isToken(given: string): boolean {
    const [a, b] = [Buffer.from(given), Buffer.from(this.token)];
    return a.length === b.length && timingSafeEqual(a, b);
  }
}
