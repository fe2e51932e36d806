import type * as ndc from 'node-datachannel';
import { boolean, integer, readOptions, secret, singleLine } from '../../arguments/argument.js';
import { MAX_INT32, MAX_UINT16 } from './limits.js';
import { certificatePem, checkCertificatePair, keyPem } from './pem.js';

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

export function validateWebSocketServerOptions(
  options: unknown = {},
  name = 'options',
): ndc.WebSocketServerConfiguration {
  const checked = readOptions<ndc.WebSocketServerConfiguration>(options, name, {
    port: integer(0, MAX_UINT16),
    enableTls: boolean,
    certificatePemFile: certificatePem,
    keyPemFile: keyPem,
    keyPemPass: secret,
    bindAddress: singleLine,
    connectionTimeout: integer(0, MAX_INT32, 'milliseconds'),
    maxMessageSize: integer(1, MAX_INT32, 'bytes'),
  });
  checkCertificatePair(checked, name);
  // The library would ignore the certificate and serve in the clear.
  if (checked.certificatePemFile !== undefined && !checked.enableTls)
    throw new TypeError(`${name}.certificatePemFile is given, but ${name}.enableTls is not true`);
  return checked;
}
