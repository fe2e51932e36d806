import type * as ndc from 'node-datachannel';
import { type Field, integer, oneOf, readOptions, secret, singleLine } from '../../arguments/argument.js';
import { MAX_UINT16 } from './limits.js';

/** A proxy server, by address rather than by URL. */
export interface ProxyServer {
  type: 'Http' | 'Socks5';
  /** Address or host name. */
  ip: string;
  /** 1 to 65535. */
  port: number;
  username?: string;
  password?: string;
}

/** The addon reads `ip`, `port` and `type` without asking for their types (src/cpp/web-socket-wrapper.cpp). */
export const proxyServer: Field<ndc.ProxyServer> = (value, name) => {
  const proxy = readOptions<ProxyServer>(value, name, {
    type: oneOf('Http', 'Socks5'),
    ip: singleLine,
    port: integer(1, MAX_UINT16),
    username: secret,
    password: secret,
  });
  for (const key of ['type', 'ip', 'port'] as const)
    if (proxy[key] === undefined) throw new TypeError(`${name}.${key} is missing`);
  return proxy as ndc.ProxyServer;
};

/** A WebSocket's proxy: the library has neither SOCKS nor authentication there (impl/websocket.cpp). */
export const webSocketProxy: Field<ndc.ProxyServer> = (value, name) => {
  const proxy = proxyServer(value, name);
  if (proxy.type !== 'Http')
    throw new TypeError(`${name}.type must be 'Http'; the library has no SOCKS support for WebSockets`);
  for (const key of ['username', 'password'] as const)
    if (proxy[key] !== undefined)
      throw new TypeError(`${name}.${key} is not possible: the library would not send it to the proxy`);
  return proxy;
};
