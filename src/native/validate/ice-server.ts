import type * as ndc from 'node-datachannel';
import { describeType, outOfRange, readFrom } from '../../arguments/wrong-argument.js';
import { type Field, integer, oneOf, readOptions, secret, singleLine } from '../../arguments/argument.js';
import { MAX_UINT16, MAX_URL_LENGTH } from './limits.js';

/** A STUN or TURN server as an object. With `relayType`, `username` and `password` it is a TURN server. */
export interface IceServer {
  hostname: string;
  /** 1 to 65535. */
  port: number;
  username?: string;
  password?: string;
  /** Needed for TURN. Published builds of the library (libjuice) relay over `TurnUdp` only and skip others. */
  relayType?: 'TurnUdp' | 'TurnTcp' | 'TurnTls';
}

const URL_FORM = 'stun:host[:port] or turn:user:password@host[:port][?transport=udp|tcp|tls]';

/** A server as a URL or as an object. What a URL contains never appears in a message: it may be a password. */
export const iceServer: Field<string | ndc.IceServer> = (value, name) => {
  if (typeof value === 'string') return iceServerUrl(value, name);
  if (typeof value !== 'object' || value === null)
    throw new TypeError(`${name} must be a string (${URL_FORM}) or an object; got ${describeType(value)}`);
  if (readFrom(name, () => 'urls' in value || 'url' in value || 'credential' in value)) {
    throw new TypeError(
      `${name} must be a string (${URL_FORM}) or { hostname, port, username, password, relayType }; ` +
        'the W3C form { urls, username, credential } is not supported',
    );
  }
  const server = readOptions<IceServer>(value, name, {
    hostname: singleLine,
    port: integer(1, MAX_UINT16),
    username: secret,
    password: secret,
    relayType: oneOf('TurnUdp', 'TurnTcp', 'TurnTls'),
  });
  for (const key of ['hostname', 'port'] as const)
    if (server[key] === undefined) throw new TypeError(`${name}.${key} is missing`);
  // Any one of the three makes it TURN; the addon ignores the credentials when `relayType` is not there.
  const turn = ['relayType', 'username', 'password'] as const;
  if (turn.some((key) => server[key] !== undefined)) {
    for (const key of turn)
      if (server[key] === undefined) throw new TypeError(`${name}.${key} is missing; a TURN server needs it`);
  }
  return server as ndc.IceServer;
};

// The parts as libdatachannel's src/configuration.cpp takes them: the credentials end at the first "@".
const URL_PARTS =
  /^(?:(?<scheme>[^:.@/?#[\]]+):)?\/{0,2}(?:(?<user>[^:@/?#]*)(?::(?<password>[^@/?#]*))?@)?(?<host>\[[^\]]*\]|[^:/?#@[\]]+)(?::(?<port>[^/?#]*))?\/?(?:\?(?<query>[^#]*))?$/;

function iceServerUrl(url: string, name: string): string {
  const mistake = (what: string) => new TypeError(`${name} ${what}; expected ${URL_FORM}`);
  if (url.length > MAX_URL_LENGTH)
    throw new RangeError(`${name} must have at most ${MAX_URL_LENGTH} characters; got ${url.length}`);
  if (/[\0-\x20\x7f]/.test(url)) throw mistake('contains white space or control characters');
  if (/%(?![0-9a-fA-F]{2})/.test(url)) throw mistake('contains a "%" that is not followed by two hex digits');
  const { scheme = 'stun', user, password, host, port, query } = URL_PARTS.exec(url)?.groups ?? {};
  if (host === undefined)
    throw mistake('is not an ICE server URL (":", "@" and "/" in credentials are written %3A, %40, %2F)');
  const kind = scheme.toLowerCase();
  if (kind === 'stuns') throw mistake('has the scheme "stuns", which the library does not know');
  if (!['stun', 'turn', 'turns'].includes(kind)) throw mistake('has a scheme other than stun, turn or turns');
  if (kind !== scheme && scheme !== scheme.toUpperCase()) throw mistake('has a scheme in mixed case');
  // Read with stoul and cut to 16 bits by the library: "12ab" would be 12, and 70000 be 4464.
  if (port !== undefined) {
    if (!/^\d+$/.test(port)) throw mistake('has a port that is not a number');
    if (Number(port) < 1 || Number(port) > MAX_UINT16)
      throw outOfRange(`port of ${name}`, `an integer from 1 to ${MAX_UINT16}`, Number(port));
  }
  if (kind === 'stun' && (user !== undefined || password !== undefined))
    throw mistake('has credentials for a STUN server, which would be ignored');
  if (kind !== 'stun' && (!user || !password)) throw mistake('has no user and password, which TURN needs');
  if (query !== undefined && !/^transport=(udp|tcp|tls)$/.test(query))
    throw mistake('has a query other than "transport=udp", "transport=tcp" or "transport=tls"');
  return escapeIpv6(url, host);
}

/** The library's expression stops at the first colon of `[::1]`; it decodes percent signs afterwards. */
function escapeIpv6(url: string, host: string): string {
  if (!host.startsWith('[')) return url;
  return url.replace(host, host.slice(1, -1).replaceAll(':', '%3A'));
}
