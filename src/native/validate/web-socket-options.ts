import {
  wrongType,
  arrayOf,
  boolean,
  type Field,
  integer,
  readOptions,
  secret,
} from '../../arguments/argument.js';
import type { NativeWebSocketConfig } from '../binding.js';
import { MAX_INT32 } from './limits.js';
import { certificatePath, certificatePem, checkCertificatePair, keyPem } from './pem.js';
import { type ProxyServer, webSocketProxy } from './proxy.js';

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
   * Path of a PEM file with the authorities to trust instead of the system's. The library verifies host names
   * only: a server at an IP address is never trusted, whatever its certificate says.
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

const subprotocols: Field<string[]> = (value, name) => {
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
