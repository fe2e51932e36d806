import {
  describe,
  describeType,
  outOfRange,
  readFrom,
  arrayOf,
  type Field,
  integer,
  nonEmptyString,
  oneOf,
  optionKeys,
  readOptions,
  secret,
  singleLine,
  unknownOption,
} from '../../arguments/argument.js';
import { MAX_UINT16, MAX_URL_LENGTH } from './limits.js';

/** A STUN or TURN server by its host. With `relayType`, `username` and `password` it is a TURN server. */
export interface IceServer {
  hostname: string;
  /** 1 to 65535. */
  port: number;
  username?: string | undefined;
  password?: string | undefined;
  /** Needed for TURN. Published builds of the library (libjuice) relay over `TurnUdp` only and skip others. */
  relayType?: 'TurnUdp' | 'TurnTcp' | 'TurnTls' | undefined;
}

/** STUN and TURN servers as the W3C's `RTCIceServer` names them. The credentials are those of its TURN URLs. */
export interface IceServerUrls {
  urls: string | readonly string[];
  username?: string | undefined;
  credential?: string | undefined;
}

/** One server, in one form. */
export interface CheckedIceServer {
  readonly kind: 'stun' | 'turn';
  readonly hostname: string;
  readonly port: number;
  readonly username?: string;
  readonly password?: string;
  readonly relayType?: 'TurnUdp' | 'TurnTcp' | 'TurnTls';
}

/** The server as a URL, without its credentials. */
export function iceServerUrlOf({ kind, hostname, port, relayType }: CheckedIceServer): string {
  const host = hostname.includes(':') ? `[${hostname}]` : hostname;
  const transport = { TurnUdp: '', TurnTcp: '?transport=tcp', TurnTls: '' }[relayType ?? 'TurnUdp'];
  return `${relayType === 'TurnTls' ? 'turns' : kind}:${host}:${port}${transport}`;
}

const URL_FORM = 'stun:host[:port] or turn:user:password@host:port[?transport=udp|tcp|tls]';

/** A URL, or an object of either form. What a URL contains never appears in a message: it may be a password. */
export const iceServer: Field<CheckedIceServer[]> = (value, name) => {
  if (typeof value === 'string') return [readUrl(value, name)];
  if (typeof value !== 'object' || value === null)
    throw new TypeError(`${name} must be a string (${URL_FORM}) or an object; got ${describeType(value)}`);
  if (readFrom(name, () => 'urls' in value)) return fromUrls(value, name);
  if (!readFrom(name, () => 'hostname' in value)) checkNames(value, name);
  const server = readOptions<IceServer>(value, name, {
    hostname: singleLine,
    port: integer(1, MAX_UINT16),
    username: secret,
    password: secret,
    relayType: oneOf('TurnUdp', 'TurnTcp', 'TurnTls'),
  });
  const { hostname, port } = server;
  if (hostname === undefined) throw new TypeError(`${name}.hostname is missing`);
  if (port === undefined) throw new TypeError(`${name}.port is missing`);
  // Any one of the three makes it TURN; the addon ignores the credentials when `relayType` is not there.
  const turn = ['relayType', 'username', 'password'] as const;
  if (!turn.some((key) => server[key] !== undefined)) return [{ kind: 'stun', hostname, port }];
  for (const key of turn)
    if (server[key] === undefined) throw new TypeError(`${name}.${key} is missing; a TURN server needs it`);
  return [{ kind: 'turn', ...server, hostname, port }];
};

/** Of an object that may be meant in either form. */
function checkNames(value: object, name: string): void {
  for (const key of optionKeys(value, name))
    if (!EITHER_FORM.includes(key)) throw unknownOption(name, key, EITHER_FORM);
  throw new TypeError(`${name} must have urls, or hostname and port; got ${describe(value)}`);
}

const EITHER_FORM = ['urls', 'username', 'credential', 'hostname', 'port', 'password', 'relayType'];

function fromUrls(value: object, name: string): CheckedIceServer[] {
  const { urls, username, credential } = readOptions<IceServerUrls>(value, name, {
    urls: (given, key) => (typeof given === 'string' ? given : arrayOf(nonEmptyString)(given, key)),
    username: secret,
    credential: secret,
  });
  if (urls === undefined) throw new TypeError(`${name}.urls is missing`);
  const account =
    username === undefined || credential === undefined ? undefined : { username, password: credential };
  if (typeof urls === 'string') return [readUrl(urls, `${name}.urls`, account)];
  return urls.map((url, index) => readUrl(url, `${name}.urls[${index}]`, account));
}

// The parts as libdatachannel's src/configuration.cpp takes them: the credentials end at the first "@".
const URL_PARTS =
  /^(?:(?<scheme>[^:.@/?#[\]]+):)?\/{0,2}(?:(?<user>[^:@/?#]*)(?::(?<password>[^@/?#]*))?@)?(?<host>\[[^\]]*\]|[^:/?#@[\]]+)(?::(?<port>[^/?#]*))?\/?(?:\?(?<query>[^#]*))?$/;

function readUrl(
  url: string,
  name: string,
  account?: { readonly username: string; readonly password: string },
): CheckedIceServer {
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
  if (kind !== 'stun' && kind !== 'turn' && kind !== 'turns')
    throw mistake('has a scheme other than stun, turn or turns');
  if (kind !== scheme && scheme !== scheme.toUpperCase()) throw mistake('has a scheme in mixed case');
  if (port !== undefined) {
    if (!/^\d+$/.test(port)) throw mistake('has a port that is not a number');
    if (Number(port) < 1 || Number(port) > MAX_UINT16)
      throw outOfRange(`port of ${name}`, `an integer from 1 to ${MAX_UINT16}`, Number(port));
  }
  const transport = /^transport=(udp|tcp|tls)$/.exec(query ?? '')?.[1];
  if (query !== undefined && !transport)
    throw mistake('has a query other than "transport=udp", "transport=tcp" or "transport=tls"');
  const hostname = decode(host.replace(/^\[(.*)\]$/, '$1'));
  if (kind === 'stun') {
    if (user !== undefined || password !== undefined)
      throw mistake('has credentials for a STUN server, which would be ignored');
    return { kind, hostname, port: Number(port ?? 3478) };
  }
  const own = user && password ? { username: decode(user), password: decode(password) } : account;
  if (!own) throw mistake('has no user and password, which TURN needs');
  const relayType = RELAY_TYPES[transport ?? (kind === 'turns' ? 'tls' : 'udp')] as 'TurnUdp';
  return {
    kind: 'turn',
    hostname,
    port: Number(port ?? (relayType === RELAY_TYPES.tls ? 5349 : 3478)),
    ...own,
    relayType,
  };
}

const RELAY_TYPES: Readonly<Record<string, string>> = { udp: 'TurnUdp', tcp: 'TurnTcp', tls: 'TurnTls' };

/** As the library decodes it: bytes, which may be no UTF-8. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
  }
}
