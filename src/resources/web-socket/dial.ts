import { parseNativeUrl } from '../../native/validate/web-socket.js';
import type { Socket } from 'node:net';
import type { LibraryContext } from '../../library/library-context.js';
import { interfaceAddresses } from '../../library/names/interface-addresses.js';
import { RtcTimeoutError } from '../../errors/rtc-error.js';
import type { NativeWebSocket, NativeWebSocketConfig } from '../../native/binding.js';
import { callNative } from '../../native/call-native.js';
import { lateWebSocket } from '../../native/late/late-web-socket.js';
import { raceConnect } from './race-connect.js';
import { carriedBy } from './carry.js';
import { Tunnel } from './tunnel.js';

/** The part of connecting to a server that is done without the library. */
export interface Dial {
  /** TLS comes before the WebSocket handshake. */
  readonly isSecure: boolean;
  /** Subprotocols. */
  readonly offered: readonly string[];
  /** False until the library has been given the connection. */
  readonly begun: boolean;
  /** Why the connection failed. */
  readonly failure: unknown;
  /** What could be read of the server's answer, and the other end's address. */
  readonly tunnel: Tunnel | undefined;
  /**
   * Makes another attempt where the library failed with the message `said` before it reached the server. False where
   * another is of no use, or would be one too many.
   */
  again(said: string | undefined): boolean;
}

interface Dialled {
  readonly native: NativeWebSocket;
  readonly dial: Dial;
}

/**
 * A native client that connects to `url`.
 *
 * The library would look the server's name up in a thread that cannot be interrupted, and try one address after the other
 * for ten seconds each. So this package looks the name up and connects, and the library gets the connection through a
 * tunnel. The library connects by itself only where there is one address and no lookup is needed. `failed` is called in a
 * later turn.
 *
 * Where sockets come and go, the library now and then takes what happened to another socket, which had its descriptor before,
 * for the end of a new one, and says that it could not connect (H62). Nothing has been sent then, and another attempt is made.
 */
export function dial(
  context: LibraryContext,
  path: string,
  url: string,
  config: NativeWebSocketConfig,
  failed: (error: unknown) => void,
): Dialled {
  context.load();
  const { connectionTimeout = DEFAULT_TIMEOUT_MS } = config;
  const started = context.clock.now();
  const ended = new AbortController();
  const late = lateWebSocket(config.maxMessageSize ?? 0, () => {
    ended.abort();
    state.tunnel?.abandon();
  });
  let attempts = 0;
  let newest: NativeWebSocket | undefined;
  /** The library connects, through the tunnel where there is one. */
  const attempt = () => {
    const { WebSocket: Native } = context.native;
    const { tunnel } = state;
    const left = Math.max(1, Math.round(connectionTimeout - (context.clock.now() - started)));
    const isLate = connectionTimeout !== 0 && (tunnel !== undefined || attempts > 0);
    const complete: NativeWebSocketConfig = {
      ...config,
      ...(tunnel && { proxyServer: { type: 'Http', ip: '127.0.0.1', port: tunnel.port } }),
      ...(isLate && { connectionTimeout: left }),
    };
    newest = callNative(path, 'new WebSocket', () => new Native(complete));
    attempts++;
    late.becomes(newest);
    if (tunnel) carriedBy(tunnel, late.native, newest);
    state.begun = true;
  };
  const target = targetOf(url, config);
  const isSecure = parseNativeUrl(url).protocol === 'wss:';
  const known = context.names.known(target.host);
  const offered = config.protocols ?? [];
  const isOne = known?.length === 1 || isSelf(known);
  const isReadable = offered.length > 0 && !isSecure; // which was chosen can be read in a tunnel
  const isDirect = isOne && !isReadable && context.names.isLocal(target.host);
  const state: { -readonly [K in keyof Dial]: Dial[K] } = {
    isSecure,
    offered,
    begun: false,
    failure: undefined,
    tunnel: undefined,
    again(said) {
      if (said !== NOT_CONNECTED || attempts === MOST_ATTEMPTS || ended.signal.aborted || !newest)
        return false;
      const record = context.ledger.hold(undefined, newest, () => path);
      newest.onClosed(record.acknowledging());
      record.discard();
      try {
        attempt();
        return true;
      } catch {
        return false; // the message of the first attempt says more
      }
    },
  };
  if (isDirect || !context.isLibrary || !hasLoopback()) {
    attempt();
    return { native: late.native, dial: state };
  }
  let addresses: readonly string[] | undefined;
  const waitsFor = () =>
    addresses ? `no answer from ${addresses.join(', ')}` : `no name server has answered for ${target.host}`;
  const cancelTimer =
    connectionTimeout === 0
      ? () => {}
      : context.clock.after(connectionTimeout, () =>
          ended.abort(
            new RtcTimeoutError(`no connection within ${connectionTimeout} ms: ${waitsFor()}`, { path }),
          ),
        );
  const work = async () => {
    const { signal } = ended;
    let upstream: Socket | undefined;
    try {
      addresses = known ?? (await context.names.resolve(target.host, signal));
      upstream = await raceConnect(addresses, target.port, signal);
      const tunnel = await Tunnel.open(upstream, config.proxyServer !== undefined);
      state.tunnel = tunnel;
      signal.throwIfAborted();
      attempt();
    } catch (error) {
      if (state.tunnel) state.tunnel[Symbol.dispose]();
      else upstream?.destroy();
      state.failure = error;
      failed(error);
    } finally {
      cancelTimer();
    }
  };
  void work();
  return { native: late.native, dial: state };
}

function targetOf(url: string, { proxyServer }: NativeWebSocketConfig): { host: string; port: number } {
  if (proxyServer) return { host: proxyServer.ip, port: proxyServer.port };
  const { hostname, port, protocol } = parseNativeUrl(url);
  return {
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(port || (protocol === 'wss:' ? 443 : 80)),
  };
}

/** All of this machine: what does not listen there refuses at once. */
const isSelf = (addresses: readonly string[] | undefined) =>
  addresses?.every((address) => address === '::1' || address.startsWith('127.')) === true;

const hasLoopback = () => interfaceAddresses()?.some(({ address }) => address === '127.0.0.1') ?? true;

/** libdatachannel's (`impl/websocket.cpp`, `impl/internals.hpp`). */
const DEFAULT_TIMEOUT_MS = 30_000;
/** libdatachannel's words (`impl/websocket.cpp`). */
const NOT_CONNECTED = 'TCP connection failed';
/** On a busy machine 22 of 203 498 failed. Where nobody listens both do, and the error comes 10 ms later. */
const MOST_ATTEMPTS = 2;
