import type * as ndc from 'node-datachannel';
import type { LibraryContext } from '../../library/library-context.js';
import { isOwned } from '../../library/release-ledger.js';
import { RtcInvalidStateError } from '../../errors/rtc-error.js';
import { readFrom, wrongType, readOptions, takeOptions } from '../../arguments/argument.js';
import type {
  NativeBinding,
  NativeDataChannel,
  NativePeerConnection,
  NativeWebSocket,
} from '../../native/binding.js';
import type { OwnedNode } from '../../scope/node.js';
import { checkSignal } from '../../time/deadline.js';
import { checkName } from '../../scope/scope-options.js';
import {
  type ChannelOptions,
  type CheckedChannelOptions,
  splitChannelOptions,
} from '../channel/channel-options.js';
import type { ChannelConnection } from '../data-channel/channel-connection.js';
import { DataChannel } from '../data-channel/data-channel.js';
import { isClosed } from '../data-channel/native-state.js';
import { PeerConnection } from '../connection/peer-connection.js';
import { WebSocket } from '../web-socket/web-socket.js';

/** A native object of node-datachannel that `scope.adoptNative()` takes. */
export type AdoptableNative = ndc.PeerConnection | ndc.DataChannel | ndc.WebSocket;

export interface AdoptConnectionOptions {
  /** Name in the ownership tree. */
  name?: string | undefined;
  /** Aborting it aborts the connection. */
  signal?: AbortSignal | undefined;
}

export interface AdoptWebSocketOptions extends ChannelOptions {
  /** Name in the ownership tree. */
  name?: string | undefined;
}

export interface AdoptDataChannelOptions extends ChannelOptions {
  /**
   * The connection that the channel belongs to, adopted before; it becomes the channel's owner. Without it the scope
   * owns the channel, and closing cannot confirm that everything arrived: what is doubtful is counted in `closed()`.
   */
  connection?: PeerConnection | undefined;
}

type Kind = 'PeerConnection' | 'DataChannel' | 'WebSocket';

/** Which of the addon's classes it is; everything else is refused, since the addon would read wild memory. */
export function kindOfNative(binding: NativeBinding, native: unknown): Kind {
  const classes = {
    PeerConnection: binding.PeerConnection,
    DataChannel: binding.DataChannel,
    WebSocket: binding.WebSocket,
  };
  for (const kind of Object.keys(classes) as Kind[]) {
    const type = classes[kind];
    if (type && readFrom('native', () => native instanceof type)) {
      // An object that only has the prototype throws at any call.
      readFrom('native', () => (native as NativePeerConnection).maxMessageSize());
      if (isOwned(native as object)) {
        throw new RtcInvalidStateError('the native is owned by a scope, or was; take its handle');
      }
      return kind;
    }
  }
  throw wrongType('native', 'a PeerConnection, DataChannel or WebSocket of node-datachannel', native);
}

export function checkAdoptOptions(kind: Kind, options: unknown): CheckedAdoptOptions {
  if (kind === 'PeerConnection') {
    const { name, signal } = readOptions<AdoptConnectionOptions>(options ?? {}, 'options', {
      name: checkName,
      signal: checkSignal,
    });
    const [channel] = splitChannelOptions(undefined, 'options');
    return { name, channel: { ...channel, signal }, connection: undefined };
  }
  const [channel, rest] = splitChannelOptions(options, 'options');
  if (kind === 'WebSocket') {
    const { name } = readOptions<{ name: string }>(rest ?? {}, 'options', { name: checkName });
    return { name, channel, connection: undefined };
  }
  const [{ connection }, others] = takeOptions<{ connection: PeerConnection }>(rest, 'options', {
    connection: (value, name) => {
      if (!(value instanceof PeerConnection)) throw wrongType(name, 'a PeerConnection of a scope', value);
      return value;
    },
  });
  readOptions(others ?? {}, 'options', {});
  return { name: undefined, channel, connection };
}

export interface CheckedAdoptOptions {
  readonly name: string | undefined;
  readonly channel: CheckedChannelOptions;
  readonly connection: PeerConnection | undefined;
}

export function adoptConnection(
  context: LibraryContext,
  owner: OwnedNode,
  native: NativePeerConnection,
  { name = 'adopted', channel: { signal } }: CheckedAdoptOptions,
): PeerConnection {
  if (native.state() === 'closed') {
    closeAndRetain(context, owner, 'PeerConnection', native);
    const ended = new EndedNative() as unknown as NativePeerConnection;
    return closing(new PeerConnection(context, owner, name, ended, { signal }));
  }
  const connection = new PeerConnection(context, owner, name, native, { signal });
  connection.takeOver();
  return connection;
}

export function adoptWebSocket(
  context: LibraryContext,
  owner: OwnedNode,
  native: NativeWebSocket,
  { name = 'adopted', channel }: CheckedAdoptOptions,
): WebSocket {
  if (!accepts(native)) {
    closeAndRetain(context, owner, 'WebSocket', native);
    const ended = new EndedNative() as unknown as NativeWebSocket;
    return closing(new WebSocket(context, owner, name, ended, channel));
  }
  return new WebSocket(context, owner, name, native, channel);
}

export function adoptDataChannel(
  context: LibraryContext,
  owner: OwnedNode,
  native: NativeDataChannel,
  { channel, connection }: CheckedAdoptOptions,
): DataChannel {
  if (accepts(native) && !isClosed(native)) {
    native.onError(() => {});
    if (connection) return connection.adoptChannel(native, channel);
    return new DataChannel(
      context,
      new UnknownConnection(context, owner, native),
      native,
      'adopted',
      channel,
    );
  }
  const label = labelOf(native);
  closeAndRetain(context, owner, 'DataChannel', native);
  const ended = new EndedNative(label) as unknown as NativeDataChannel;
  return closing(
    new DataChannel(context, new UnknownConnection(context, owner, ended), ended, 'adopted', channel),
  );
}

/** False when `close()` was called on it. Replaces a callback of whoever had it before. */
function accepts(native: NativeDataChannel | NativeWebSocket): boolean {
  try {
    native.onBufferedAmountLow(() => {});
    return true;
  } catch {
    return false;
  }
}

function labelOf(native: NativeDataChannel): string {
  try {
    return native.getLabel();
  } catch {
    return '';
  }
}

/** Closes a native that its peer has closed already, and keeps its wrapper until cleanup (H2, H6). */
function closeAndRetain(
  context: LibraryContext,
  owner: OwnedNode,
  kind: string,
  native: { close(): void },
): void {
  context.ledger.hold(kind, native, () => owner.path).discard({ comes: false });
}

function closing<T extends { close(options: { timeout: number }): Promise<void> }>(handle: T): T {
  void handle.close({ timeout: 0 }).catch(() => {}); // `closed()` reports it
  return handle;
}

/** The connection of an adopted channel that belongs to other code. */
class UnknownConnection implements ChannelConnection {
  readonly node: OwnedNode;
  readonly #context: LibraryContext;
  readonly #native: NativeDataChannel;

  constructor(context: LibraryContext, node: OwnedNode, native: NativeDataChannel) {
    this.#context = context;
    this.node = node;
    this.#native = native;
  }

  get mostInFlight(): number {
    return this.#context.sctpSendBuffer;
  }

  transportUp(): boolean {
    return this.#native.isOpen();
  }

  resetStream(): boolean {
    return false;
  }

  keepFor(): void {}
}

type Callback = (state: string) => void;

/** Stands for a native of the addon that has ended and on which every call would throw. */
export class EndedNative {
  readonly #label: string;
  #ended: Callback | undefined;

  constructor(label = '') {
    this.#label = label;
  }

  close(): void {
    this.#ended?.('closed');
  }

  onStateChange(callback: Callback): void {
    this.#ended = callback;
  }

  onClosed(callback: Callback): void {
    this.#ended = callback;
  }

  onDataChannel(): void {}
  onOpen(): void {}
  onError(): void {}
  onMessage(): void {}

  isOpen(): boolean {
    return false;
  }

  bufferedAmount(): number {
    return 0;
  }

  maxMessageSize(): number {
    return 0;
  }

  getLabel(): string {
    return this.#label;
  }

  getProtocol(): string {
    return '';
  }

  /** What the addon returns when there is no stream. */
  getId(): number {
    return 65_535;
  }

  state(): string {
    return 'closed';
  }

  path(): undefined {}

  remoteAddress(): undefined {}
}
