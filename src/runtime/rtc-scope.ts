import { markClass } from '../errors/other-copies.js';
import { MessageChannel } from '../resources/channel/message-channel.js';
import { MediaTrack } from '../resources/media/media-track.js';
import { relayOf } from '../time/abort.js';
import { inspect } from 'node:util';
import type * as ndc from 'node-datachannel';
import { type LibraryContext, checkedContext } from '../library/library-context.js';
import { inspectNode } from '../diagnostics/snapshot.js';
import type { NativeDataChannel, NativePeerConnection, NativeWebSocket } from '../native/binding.js';
import { callNative } from '../native/call-native.js';
import { takeOptions } from '../arguments/argument.js';
import {
  validateIceUdpMux,
  type PeerConnectionConfig as NativeConfig,
  validatePeerConnectionConfig,
  validatePeerName,
} from '../native/validate/peer-connection-config.js';
import {
  validateWebSocketOptions,
  validateWebSocketServerOptions,
  validateWebSocketUrl,
} from '../native/validate/web-socket.js';
import {
  type AdoptableNative,
  type AdoptConnectionOptions,
  type AdoptDataChannelOptions,
  type AdoptWebSocketOptions,
  adoptConnection,
  adoptDataChannel,
  adoptWebSocket,
  checkAdoptOptions,
  kindOfNative,
} from '../resources/adopt/adopt-native.js';
import { DataChannel } from '../resources/data-channel/data-channel.js';
import {
  type ChannelOptions,
  channelOptionsField,
  type CheckedChannelOptions,
  limits,
  splitChannelOptions,
} from '../resources/channel/channel-options.js';
import { type ReceiveBufferLimits, DEFAULT_UNREAD } from '../resources/channel/inbox.js';
import { IceUdpMuxListener } from '../resources/connection/ice-udp-mux-listener.js';
import {
  type CheckedKeepalive,
  keepaliveField,
  type KeepaliveOptions,
} from '../resources/connection/keepalive.js';
import { PeerConnection } from '../resources/connection/peer-connection.js';
import { createNativeConnection } from '../resources/connection/servers/create-native-connection.js';
import { dial as dialSocket } from '../resources/web-socket/dial.js';
import { withLimit, WebSocket, type WebSocketOptions } from '../resources/web-socket/web-socket.js';
import {
  listenForSockets,
  serverProtocols,
  WebSocketServer,
  type WebSocketServerOptions,
} from '../resources/web-socket/web-socket-server.js';
import { TREE_NODE } from '../scope/node.js';
import { Scope, type ScopeHost } from '../scope/scope.js';
import { checkSignal } from '../time/deadline.js';
import { checkName, type ForkOptions } from '../scope/scope-options.js';

/** Settings of a peer connection. */
export interface PeerConnectionConfig extends NativeConfig {
  /** Aborting it aborts the connection. */
  signal?: AbortSignal | undefined;
  /**
   * Options of each channel that the peer opens, for instance how much may wait unread (`receiveBuffer`, 64 MiB). The
   * number of these channels is not bounded; close those that are not wanted.
   */
  incoming?: ChannelOptions | undefined;
  /**
   * How much may wait unread in all channels together that the peer opened. The channel whose message exceeds the limit
   * ends with `RTC_OVERFLOW`. Default 262 144 messages, 256 MiB: four times the default of one channel.
   */
  receiveBuffer?: Partial<ReceiveBufferLimits> | undefined;
  /**
   * Notices a peer that has vanished: the connection ends with `by: 'error'` and `RTC_PEER_UNREACHABLE`. Without it the
   * library notices after about 13 s where something was on its way to the peer, otherwise after 25 to 30 s. docs/networks.md
   * tells which peers answer.
   */
  keepalive?: KeepaliveOptions | undefined;
}

/**
 * A branch of the ownership tree that makes handles and owns them.
 *
 * Made by `RtcRuntime.acquire()` or `scope.fork()`. Everything made through it is torn down with it.
 */
export class RtcScope extends Scope {
  readonly #context: LibraryContext;
  readonly #host: ScopeHost;
  #made = 0;

  /** @internal */
  constructor(context: LibraryContext, host: ScopeHost, name: string, options: ForkOptions) {
    checkedContext(context, 'RtcScope');
    super(host, name, options);
    this.#context = context;
    this.#host = host;
  }

  get [Symbol.toStringTag](): string {
    return 'RtcScope';
  }

  /** A peer connection owned by this scope. Throws `RTC_NATIVE` when the library refuses the configuration. */
  createPeerConnection(name?: string, config: PeerConnectionConfig = {}): PeerConnection {
    const givenName = name === undefined ? undefined : validatePeerName(name);
    const [{ signal, incoming, receiveBuffer, keepalive }, rest] = takeOptions<{
      signal: AbortSignal;
      incoming: CheckedChannelOptions;
      receiveBuffer: ReceiveBufferLimits;
      keepalive: CheckedKeepalive;
    }>(config, 'config', {
      signal: checkSignal,
      incoming: channelOptionsField,
      receiveBuffer: limits(DEFAULT_UNREAD),
      keepalive: keepaliveField,
    });
    const checked = validatePeerConnectionConfig(rest);
    this.assertUsable('createPeerConnection');
    const checkedName = givenName ?? `pc-${++this.#made}`;
    const path = `${this.path}/${checkedName}`;
    const { native, servers } = createNativeConnection(this.#context, path, checkedName, checked);
    return new PeerConnection(this.#context, this[TREE_NODE], checkedName, native, {
      signal,
      negotiatesItself: !checked.disableAutoNegotiation,
      maxMessageSize: checked.maxMessageSize ?? 0,
      servers,
      receiveBuffer,
      keepalive,
      ...(incoming && { incoming: { ...incoming, signal: incoming.signal && relayOf(incoming.signal) } }),
    });
  }

  /** A WebSocket client owned by this scope; it connects at once. Await `opened()`. */
  createWebSocket(url: string | URL, options?: WebSocketOptions): WebSocket {
    const checkedUrl = validateWebSocketUrl(url);
    const [{ name }, rest] = takeOptions<{ name: string }>(options, 'options', { name: checkName });
    const [channelOptions, transport] = splitChannelOptions(rest, 'options');
    const config = validateWebSocketOptions(transport);
    this.assertUsable('createWebSocket');
    const checkedName = name ?? new URL(url).host;
    const path = `${this.path}/${checkedName}`;
    const [limit, limited] = withLimit(config);
    const { native, dial } = dialSocket(this.#context, path, checkedUrl, limited, (error) =>
      socket.cannotConnect(error),
    );
    const socket = new WebSocket(this.#context, this[TREE_NODE], checkedName, native, channelOptions, limit);
    socket.dial = dial;
    try {
      callNative(path, 'open', () => native.open(checkedUrl));
    } catch (error) {
      socket.abort(error);
      throw error;
    }
    return socket;
  }

  /** A WebSocket server owned by this scope; it listens at once. Throws `RTC_NATIVE` when the port is taken. */
  createWebSocketServer(options?: WebSocketServerOptions): WebSocketServer {
    const [{ name = 'server', protocols }, rest] = takeOptions(options, 'options', {
      name: checkName,
      protocols: serverProtocols,
    });
    const [channelOptions, transport] = splitChannelOptions(rest, 'options');
    const [limit, config] = withLimit(validateWebSocketServerOptions(transport));
    this.assertUsable('createWebSocketServer');
    const context = this.#context;
    const listening = listenForSockets(context, `${this.path}/${name}`, config, protocols);
    return new WebSocketServer(context, this[TREE_NODE], name, listening, channelOptions, limit);
  }

  /**
   * Listens on a UDP port for STUN requests that belong to no connection yet (`enableIceUdpMux`).
   * The library's cleanup does not stop such a listener (H16); this scope does.
   */
  createIceUdpMuxListener(port: number, address?: string): IceUdpMuxListener {
    const checked = validateIceUdpMux(port, address);
    this.assertUsable('createIceUdpMuxListener');
    const name = `udp-${checked.port}`;
    const { IceUdpMuxListener: Native } = this.#context.native;
    const native = callNative(`${this.path}/${name}`, 'new IceUdpMuxListener', () =>
      checked.address === undefined ? new Native(checked.port) : new Native(checked.port, checked.address),
    );
    return new IceUdpMuxListener(this.#context, this[TREE_NODE], name, native);
  }

  /**
   * Takes over a native object that other code has made with node-datachannel, as an ES module or as CommonJS, and
   * returns the matching handle: of this scope, or for a channel of the `connection` it belongs to. From then on use
   * and close only the handle.
   *
   * Callbacks that the other code has registered are replaced and no longer called, except the close callback of a
   * channel or WebSocket: the binding cannot remove it, so it is still called at the end, without the guard against
   * exceptions, and messages that are queued when the peer closes may be lost. Messages that already wait for a
   * replaced callback are lost, too: adopt a native where it is made or handed out, before it is used.
   *
   * A native that has ended gives a handle that closes at once. Throws `RTC_INVALID_STATE` for a native that a scope
   * owns or owned, and a `TypeError` for a value that is no native.
   */
  adoptNative(native: ndc.PeerConnection, options?: AdoptConnectionOptions): PeerConnection;
  adoptNative(native: ndc.DataChannel, options?: AdoptDataChannelOptions): DataChannel;
  adoptNative(native: ndc.WebSocket, options?: AdoptWebSocketOptions): WebSocket;
  adoptNative(
    native: AdoptableNative,
    options?: AdoptConnectionOptions | AdoptDataChannelOptions | AdoptWebSocketOptions,
  ): PeerConnection | DataChannel | WebSocket {
    this.assertUsable('adoptNative');
    const kind = kindOfNative(this.#context.native, native);
    const checked = checkAdoptOptions(kind, options);
    const [context, owner] = [this.#context, this[TREE_NODE]];
    if (kind === 'PeerConnection')
      return adoptConnection(context, owner, native as NativePeerConnection, checked);
    if (kind === 'WebSocket') return adoptWebSocket(context, owner, native as NativeWebSocket, checked);
    return adoptDataChannel(context, owner, native as NativeDataChannel, checked);
  }

  [inspect.custom](): string {
    return inspectNode(this[TREE_NODE]);
  }

  override fork(name?: string, options?: ForkOptions): this {
    const child = super.fork(name, options);
    this.#context.trace.note('scope', child.path, 'forked');
    return child;
  }

  protected override spawn(name: string, options: ForkOptions): this {
    return new RtcScope(this.#context, this.#host, name, options) as this;
  }
}

// These are own properties of the prototype, as with `AsyncDisposableStack`.
for (const name of [
  'use',
  'adopt',
  'defer',
  'move',
  'disposeAsync',
  'disposed',
  Symbol.asyncDispose,
] as const) {
  Object.defineProperty(RtcScope.prototype, name, Object.getOwnPropertyDescriptor(Scope.prototype, name)!);
}

for (const [name, type] of Object.entries({
  ...{ MessageChannel, DataChannel, MediaTrack, WebSocket },
  ...{ PeerConnection, WebSocketServer, IceUdpMuxListener },
})) {
  markClass(type, name);
}
