import {
  describeType,
  readFrom,
  wrongType,
  arrayOf,
  boolean,
  type Field,
  integer,
  readOptions,
  secret,
  singleLine,
} from '../../arguments/argument.js';
import { MAX_URL_LENGTH, MAX_INT32, MAX_UINT16 } from './limits.js';
import type { NativeWebSocketConfig } from '../binding.js';
import { certificatePath, certificatePem, checkCertificatePair, keyPem } from './pem.js';
import { type ProxyServer, webSocketProxy } from './proxy.js';
import type * as ndc from 'node-datachannel';

/**
 * The URL in the form in which the library takes it. An IPv6 address comes back percent-encoded
 * (`ws://%3A%3A1/`), because the library's own parser stops at the first colon of `[::1]`.
 */
export function validateWebSocketUrl(url: unknown): string {
  if (typeof url !== 'string' && !readFrom('url', () => url instanceof URL))
    throw new TypeError(`url must be a string or a URL; got ${describeType(url)}`);
  let parsed: URL;
  try {
    // A copy, because the caller's URL may change later.
    parsed = new URL(String(url));
  } catch {
    // The parser's own error carries the whole URL, which may have a token in it.
    throw new TypeError('url must be an absolute URL such as "wss://example.org/path"');
  }
  if (parsed.protocol !== 'ws:' && parsed.protocol !== 'wss:')
    throw new TypeError(`url must begin with "ws:" or "wss:"${schemeForMessage(parsed.protocol)}`);
  if (parsed.username !== '' || parsed.password !== '')
    throw new TypeError('url must not contain credentials: the library would not send them');
  if (parsed.hash !== '' || parsed.href.endsWith('#')) throw new TypeError('url must not have a fragment');
  if (parsed.port === '0') throw new RangeError('port of url must be from 1 to 65535; got 0');
  const { href, host, hostname } = parsed;
  const native = hostname.startsWith('[')
    ? href.replace(host, host.replace(hostname, hostname.slice(1, -1).replaceAll(':', '%3A')))
    : href;
  if (native.length > MAX_URL_LENGTH)
    throw new RangeError(`url must have at most ${MAX_URL_LENGTH} characters; got ${native.length}`);
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

/** Settings of a WebSocket client. Defaults are libdatachannel's (`configuration.hpp`, `impl/websocket.cpp`). */
export interface WebSocketOptions {
  /** Accept any certificate of the server. Default false. */
  disableTlsVerification?: boolean | undefined;
  /** An HTTP proxy without authentication; the library has no other. */
  proxyServer?: Readonly<ProxyServer> | undefined;
  /** Subprotocols to offer. Default none. */
  protocols?: readonly string[] | undefined;
  /** Milliseconds until an attempt to connect fails; 0 for never. Default 30000. */
  connectionTimeout?: number | undefined;
  /** Milliseconds of silence until a ping is sent; 0 for never. Default 10000. */
  pingInterval?: number | undefined;
  /** Unanswered pings after which the connection counts as lost; 0 for never. Default 0. */
  maxOutstandingPings?: number | undefined;
  /**
   * Path of a PEM file with the authorities to trust beside the system's. The library verifies host names
   * only: a server at an IP address is never trusted, whatever its certificate says. It verifies nothing on Windows.
   */
  caCertificatePemFile?: string | undefined;
  /** Client certificate: PEM text, or the path of a PEM file. */
  certificatePemFile?: string | undefined;
  /** PEM text or a path, as `certificatePemFile` is. */
  keyPemFile?: string | undefined;
  /** Pass phrase of the key; works with files only. */
  keyPemPass?: string | undefined;
  /** Largest message that is accepted or sent, in bytes, 1 to 2147483647. Default 262144. */
  maxMessageSize?: number | undefined;
}

/** The library adds these to the request as they are: a line break in one would add a header. */
const subprotocol: Field<string> = (value, name) => {
  if (typeof value !== 'string' || !/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(value))
    throw wrongType(name, 'a token (RFC 6455, section 4.1)', value);
  return value;
};

/** Subprotocols, each once. */
export const subprotocols: Field<string[]> = (value, name) => {
  const list = arrayOf(subprotocol)(value, name);
  // By its place: some servers take a token as a subprotocol.
  const repeated = list.findIndex((item, index) => list.indexOf(item) !== index);
  if (repeated !== -1) throw new TypeError(`${name} must not repeat a protocol; ${name}[${repeated}] does`);
  return list;
};

const headers: Field<undefined> = (_, name) => {
  throw new TypeError(
    `${name} is not possible: the binding sends no headers of yours. Put a token into the URL's query, or into ` +
      'a subprotocol that the server expects it in; with another WebSocket client use `scope.use(socket)`',
  );
};

export function validateWebSocketOptions(options: unknown = {}, name = 'options'): NativeWebSocketConfig {
  const checked = readOptions<NativeWebSocketConfig & { headers?: undefined }>(options, name, {
    headers,
    disableTlsVerification: boolean,
    proxyServer: webSocketProxy,
    protocols: subprotocols,
    connectionTimeout: integer(0, MAX_INT32, 'milliseconds'),
    pingInterval: integer(0, MAX_INT32, 'milliseconds'),
    maxOutstandingPings: integer(0, MAX_INT32),
    caCertificatePemFile: certificatePath,
    certificatePemFile: certificatePem,
    keyPemFile: keyPem,
    keyPemPass: secret,
    maxMessageSize: integer(1, MAX_INT32, 'bytes'),
  });
  checkCertificatePair(checked, name);
  return checked;
}

/** Settings of a WebSocket server. Defaults are libdatachannel's (`configuration.hpp`). */
export interface WebSocketServerOptions {
  /** TCP port, 0 to 65535; 0 takes a free one. Default 8080. */
  port?: number | undefined;
  /** Default false. Without a certificate the library makes a self-signed one for `localhost`. */
  enableTls?: boolean | undefined;
  /** PEM text, or the path of a PEM file; with `enableTls` only. */
  certificatePemFile?: string | undefined;
  /** PEM text or a path, as `certificatePemFile` is. */
  keyPemFile?: string | undefined;
  /** Pass phrase of the key; works with files only. */
  keyPemPass?: string | undefined;
  /** Local address to listen on. Default: all. */
  bindAddress?: string | undefined;
  /** Milliseconds that a client has for TLS and the handshake; 0 for no limit. Default 30000. */
  connectionTimeout?: number | undefined;
  /** Largest message that is accepted or sent, in bytes, 1 to 2147483647. Default 262144. */
  maxMessageSize?: number | undefined;
}

export function validateWebSocketServerOptions(options: unknown = {}): ndc.WebSocketServerConfiguration {
  const checked = readOptions<ndc.WebSocketServerConfiguration>(options, 'options', {
    port: integer(0, MAX_UINT16),
    enableTls: boolean,
    certificatePemFile: certificatePem,
    keyPemFile: keyPem,
    keyPemPass: secret,
    bindAddress: singleLine,
    connectionTimeout: integer(0, MAX_INT32, 'milliseconds'),
    maxMessageSize: integer(1, MAX_INT32, 'bytes'),
  });
  checkCertificatePair(checked, 'options');
  // The library would ignore the certificate and serve in the clear.
  if (checked.certificatePemFile !== undefined && !checked.enableTls)
    throw new TypeError('options.certificatePemFile is given, but options.enableTls is not true');
  return checked;
}
