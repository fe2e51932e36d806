import { ChannelCore, type ChannelOrigin, type ChannelOwner } from './channel-core.js';
import type { Reliability } from './configuration.js';
import type { FakeHost } from './fake-host.js';
import type { FaultTarget } from './faults.js';
import { type Packet, SendPipe } from './send-pipe.js';
import { Signaling, type SignalingOwner } from './signaling.js';
import { StreamTable } from './stream-table.js';

/** The library's size limit while the peer's is not known, and its own. */
const DEFAULT_REMOTE_MAX_MESSAGE_SIZE = 65536;

/** Milliseconds of silence after which the library takes a peer for gone; 13 to 14.5 s were measured. */
const SILENCE_MS = 14_000;

export interface ConnectionCallbacks {
  state?: (state: string) => void;
  iceState?: (state: string) => void;
  signalingState?: (state: string) => void;
  gatheringState?: (state: string) => void;
  description?: (sdp: string, type: string) => void;
  candidate?: (candidate: string, mid: string) => void;
  dataChannel?: (channel: ChannelCore) => void;
}

/** The library's half of a PeerConnection: states, channels, and the transport to the other side. */
export class ConnectionCore implements ChannelOwner, SignalingOwner, FaultTarget {
  readonly kind = 'PeerConnection';
  readonly id: number;
  readonly name: string;
  readonly host: FakeHost;
  readonly signaling: Signaling;
  readonly #table = new StreamTable();
  callbacks: ConnectionCallbacks = {};
  state = 'new';
  iceState = 'new';
  bytesSent = 0;
  bytesReceived = 0;
  #pending: ChannelCore[] = [];
  #pipe: SendPipe | undefined;
  #peer: ConnectionCore | undefined;
  #linking = false;
  #closing = false;

  constructor(
    host: FakeHost,
    id: number,
    name: string,
    config: { disableAutoNegotiation?: boolean; maxMessageSize?: number; bindAddress?: string },
  ) {
    this.host = host;
    this.id = id;
    this.name = name;
    this.signaling = new Signaling(this, config);
  }

  get connected(): boolean {
    return this.#pipe !== undefined;
  }

  /** Milliseconds of a round trip, or -1 without a transport. */
  get rtt(): number {
    if (this.#pipe === undefined) return -1;
    return Math.round(this.#pipe.latency + (this.#peer ? (this.#peer.#pipe?.latency ?? 0) : 0));
  }

  get needsApplication(): boolean {
    return !this.#table.empty;
  }

  get remoteMaxMessageSize(): number {
    const { remote, maxMessageSize } = this.signaling;
    if (remote === undefined) return DEFAULT_REMOTE_MAX_MESSAGE_SIZE;
    return Math.min(remote.maxMessageSize ?? DEFAULT_REMOTE_MAX_MESSAGE_SIZE, maxMessageSize);
  }

  get closed(): boolean {
    return this.state === 'closed';
  }

  /** A channel that was never read holds the transport's thread (H17). */
  get stalled(): boolean {
    return this.#table.live().some((channel) => channel.full);
  }

  onDataChannel(callback: (channel: ChannelCore) => void): void {
    this.callbacks.dataChannel = callback;
    this.host.loop.enqueue(() => this.#announcePending());
  }

  createChannel(
    id: number,
    label: string,
    protocol: string,
    origin: ChannelOrigin,
    stream?: number,
    reliability?: Reliability,
  ): ChannelCore {
    const channel = new ChannelCore(this, id, label, protocol, origin, reliability);
    channel.stream = stream;
    this.#table.add(channel);
    if (this.#pipe !== undefined) {
      this.#table.assign(this.#parity);
      channel.attach();
    }
    this.signaling.negotiateIfNeeded();
    return channel;
  }

  /** Once both sides know each other and a way to each other, the transports come up on their own. */
  tryConnect(): void {
    const peer = this.signaling.remote && this.host.network.connections.get(this.signaling.remote.ufrag);
    if (!(peer instanceof ConnectionCore) || this.#linking || peer.#linking) return;
    if (peer.signaling.remote?.ufrag !== this.signaling.ufrag) return;
    if (![this, peer].every((side) => side.signaling.ready && !side.#closing && !side.closed)) return;
    for (const side of [this, peer]) side.#linking = true;
    const { faults, loop } = this.host;
    if ([this, peer].some((side) => faults.active('failToConnect', side))) return;
    if ([this, peer].some((side) => faults.active('iceFailed', side))) {
      for (const side of [this, peer]) loop.enqueue(() => side.#fail());
      return;
    }
    for (const side of [this, peer]) loop.enqueue(() => side.changeIceState('connected'));
    loop.enqueue(() => this.#link(peer), 1);
  }

  send(packet: Packet, from: FaultTarget): boolean {
    if (this.#pipe === undefined) return false;
    if (packet.type !== 'message') return this.#pipe.send(packet);
    this.bytesSent += packet.size;
    const fate = this.host.faults.forMessage({
      kind: from.kind,
      id: from.id,
      name: from.name,
      data: packet.data!,
    });
    return fate.drop || this.#pipe.send({ ...packet, ...fate });
  }

  mayConfirmReset(channel: FaultTarget): boolean {
    return !this.host.faults.active('neverConfirmReset', channel);
  }

  unstall(): void {
    const peer = this.#peer;
    if (peer !== undefined) peer.#pipe?.wake();
  }

  /** Closes this side; the peer learns of it a turn later, whatever becomes of this side, and what is in flight is lost (H7). */
  close(): void {
    if (this.#closing) return;
    this.#closing = true;
    if (this.#pipe !== undefined && this.stalled) {
      this.host.violated({
        kind: this.kind,
        id: this.id,
        reason: 'close() would freeze: a channel has 1024 unread messages (H17)',
      });
    }
    const peer = this.#peer;
    if (this.#pipe !== undefined && peer !== undefined) peer.host.loop.enqueue(() => peer.#lost());
    this.remoteClose();
  }

  remoteClose(): void {
    this.#closing = true;
    if (this.closed) return;
    this.host.loop.enqueue(() => {
      for (const channel of this.#table.live()) channel.close(false);
    });
    this.#pipe?.stop();
    this.#pipe = undefined;
    this.host.network.connections.delete(this.signaling.ufrag);
    this.changeIceState('closed');
    this.changeState('closed');
    this.callbacks = {};
  }

  /** The peer's side closes now, in the middle of whatever this side does. */
  closePeer(): void {
    const peer = this.#peer;
    if (peer === undefined || peer.#closing) return;
    peer.close();
    this.#lost();
    this.remoteClose();
  }

  /** The process of this side dies: the peer notices when nothing has come for so long. */
  vanish(): void {
    this.#closing = true;
    this.#pipe?.stop();
    this.#pipe = undefined;
    this.host.network.connections.delete(this.signaling.ufrag);
    const peer = this.#peer;
    if (peer && !peer.#closing) peer.host.loop.after(SILENCE_MS, () => peer.#lost());
  }

  /** The channel at the other end of a stream. */
  peerChannel(stream: number): ChannelCore | undefined {
    const peer = this.#peer;
    return peer === undefined ? undefined : peer.#table.find(stream);
  }

  changeState(state: string): void {
    if (this.closed || this.state === state) return;
    this.state = state;
    this.#report(state, 'state');
  }

  changeIceState(state: string): void {
    if (this.iceState === state) return;
    this.iceState = state;
    this.#report(state, 'iceState');
  }

  /** Events go through the library's own queue, except for the last one. */
  #report(state: string, event: 'state' | 'iceState'): void {
    if (state === 'closed') this.callbacks[event]?.(state);
    else this.host.loop.enqueue(() => this.callbacks[event]?.(state));
  }

  #fail(): void {
    this.changeIceState('failed');
    this.changeState('failed');
    this.host.loop.enqueue(() => this.remoteClose());
  }

  #link(peer: ConnectionCore): void {
    if (this.#closing || peer.#closing) return;
    for (const [side, other] of [
      [this, peer],
      [peer, this],
    ] as const) {
      side.#peer = other;
      side.#pipe = side.#openPipe(other);
    }
    for (const side of [this, peer]) {
      side.changeState('connected');
      side.#table.assign(side.#parity);
      side.host.loop.enqueue(() => {
        if (side.#pipe === undefined) return;
        for (const channel of side.#table.live()) if (!channel.isOpen) channel.attach();
      });
      side.host.loop.enqueue(() => {
        if (!side.closed) side.changeIceState('completed');
      }, 2);
    }
  }

  #openPipe(other: ConnectionCore): SendPipe {
    const { loop, faults, network, sendBufferSize } = this.host;
    const unreachable = () => network.dark || !other.host.running || other.#pipe === undefined;
    return new SendPipe(loop, sendBufferSize, {
      deliver: (packet) => !unreachable() && other.#receive(packet),
      delivered: () => other.host.loop.handOver(),
      unreachable,
      buffered: (stream, amount) => this.#table.find(stream)?.changeBuffered(amount),
      blocked: (stream) =>
        faults.active('block', this) || faults.active('block', this.#table.find(stream) ?? this),
      random: () => faults.random(),
      latency: (size) => network.latency(size),
      loses: () => network.loses(),
    });
  }

  /** The stream ids that are this end's to give: even or odd. */
  get #parity(): 0 | 1 {
    const { role, isOfferer } = this.signaling;
    return (this.host.stack.evenIds === 'offerer' ? isOfferer : role === 'active') ? 0 : 1;
  }

  #receive(packet: Packet): boolean {
    if (this.#pipe === undefined) return true;
    const { stream, type } = packet;
    const channel = this.#table.find(stream);
    if (type === 'open') {
      this.#accept(packet, channel);
      return true;
    }
    // Another stack wants to know that its reset was carried out, which SCTP answers also where no channel is.
    if (type === 'reset' && this.#peer?.host.stack.holdsIds !== undefined)
      this.#pipe.send({ stream, size: 0, type: 'resetAnswer' });
    if (channel === undefined) {
      // Whatever comes on a stream without a channel is refused, but a reset needs no answer.
      if (type === 'message' || type === 'ack') this.#refuse(stream);
      return true;
    }
    if (type === 'message' && channel.full) return false;
    if (type === 'message') this.bytesReceived += packet.size;
    if (type === 'message' && !channel.closed) this.host.arrived(channel.name, packet.data!);
    if (type === 'resetAnswer') channel.resetAnswered = true;
    else if (type === 'reset') channel.resetByPeer = true;
    if (type !== 'resetAnswer') channel.receive(packet);
    if (type === 'reset' || type === 'resetAnswer') this.#free(channel);
    return true;
  }

  /** The stream was reset by either end: its id is free now or, with another stack, when its closing procedure ends. */
  #free(channel: ChannelCore): void {
    const { holdsIds } = this.host.stack;
    const stream = channel.stream!;
    if (holdsIds === undefined) this.#table.remove(stream);
    else if (channel.resetByPeer && channel.resetAnswered)
      this.host.loop.after(this.host.faults.random() * holdsIds, () => this.#table.remove(stream));
  }

  #refuse(stream: number): void {
    if (this.host.stack.refuses) this.#pipe?.send({ stream, size: 0, type: 'reset' });
  }

  #accept(packet: Packet, existing: ChannelCore | undefined): void {
    const [{ stream }, { stack }] = [packet, this.host];
    const isPeers = stack.takesAnyId || stream % 2 !== this.#parity;
    if (existing !== undefined && !existing.closed) {
      if (stack.refuses) existing.close();
    } else if (existing !== undefined || !isPeers) this.#refuse(stream);
    else {
      const channel = new ChannelCore(
        this,
        this.host.nextId('DataChannel'),
        packet.label ?? '',
        packet.protocol ?? '',
        'incoming',
        packet.reliability,
      );
      channel.stream = stream;
      this.#table.add(channel);
      channel.accept();
      this.#pending.push(channel);
      this.#announcePending();
    }
  }

  #announcePending(): void {
    const announce = this.callbacks.dataChannel;
    if (announce === undefined) return;
    for (const channel of this.#pending.splice(0)) {
      announce(channel);
      channel.triggerOpen();
    }
  }

  /** The peer shut the transport down. */
  #lost(): void {
    if (this.#closing && this.closed) return;
    this.changeState('disconnected');
    this.host.loop.enqueue(() => this.remoteClose());
  }
}
