import type { Signaling } from '../../src/index.js';
import { createFakeBinding, type FakeBinding, type FakeNetwork } from '../../src/testing/index.js';
import type { FakeDataChannel } from '../../src/testing/fake/fake-data-channel.js';
import type { FakeStack } from '../../src/testing/fake/fake-stack.js';
import { byLabel, type ChannelEnd, type SimulatedPeer } from './simulated-peer.js';
import { Life } from './life.js';
import { countOf, sizeOf, type Step } from './program.js';
import type { SimulatedProcess, World } from './world.js';

type Connection = InstanceType<FakeBinding['PeerConnection']>;
type Channel = ReturnType<Connection['createDataChannel']>;

/** As much as a message may have; the library copies it. */
const scratch = Buffer.alloc(4 + 40_000);

/** One end of a channel of a program that uses the library by itself: nobody tells it what has arrived. */
class RawEnd implements ChannelEnd {
  readonly channel: Channel;
  readonly label: string;
  readonly life: Life;
  readonly received: number[] = [];
  readonly wrong: string[] = [];
  readonly doubtful = new Set<number>();
  readonly told = undefined;
  readonly unread = 0;
  readonly wasOpen = true;
  readonly isExact = false;
  readonly isLossy = false;
  attempted = 0;

  constructor(process: SimulatedProcess, channel: Channel, connection: string) {
    this.channel = channel;
    this.label = channel.getLabel();
    this.life = new Life(process, connection, this.label);
    channel.onMessage((message) => this.received.push((message as Buffer).readUInt32LE()));
  }

  close(): void {
    this.ending();
    this.channel.close();
  }

  /** Its program ends it, by itself or with what it belongs to. */
  ending(): void {
    const now = this.life.process.now();
    // Also one whose opening the other end has not acknowledged yet.
    if ((this.channel as FakeDataChannel).nativeState !== 'closed') this.life.ownEndAt ??= now;
    this.life.endedAt = Math.min(this.life.endedAt, now);
    if (this.received.length < this.life.arrivals.size) this.life.isCut = true;
  }

  /** Its program ends the connection. */
  connectionEnding(): void {
    this.ending();
    this.life.connectionEndAt ??= this.life.process.now();
  }

  send(count: number, size: number): void {
    for (let n = 0; n < count && this.channel.isOpen(); n++) {
      const message = scratch.subarray(0, 4 + size);
      message.writeUInt32LE(this.attempted++);
      this.channel.sendMessageBinary(message);
    }
  }
}

/** A process that uses the library alone, as its README has it: what our side meets where the peer has never heard of us. */
export class RawPeer implements SimulatedPeer {
  readonly process: SimulatedProcess;
  readonly binding: FakeBinding;
  readonly logs: RawEnd[] = [];
  readonly #connections: Connection[] = [];
  readonly #names = new Map<Connection, string>();
  #made = 0;
  #ended = false;

  constructor(world: World, network: FakeNetwork, name: string, stack?: FakeStack) {
    this.process = world.spawn(name);
    this.binding = createFakeBinding({ network, scheduler: this.process, stack });
  }

  get ended(): boolean {
    return this.process.dead || this.#ended;
  }

  /** Connections that are up. */
  protected get up(): Connection[] {
    return this.#connections.filter((each) => each.state() === 'connected');
  }

  start(): void {}

  connect(id: number, signaling: Signaling, offers: boolean): void {
    if (this.#ended) return;
    const connection = new this.binding.PeerConnection(`c${id}`, { iceServers: [] });
    this.#connections.push(connection);
    this.#names.set(connection, `c${id}`);
    connection.onStateChange(() => {});
    connection.onDataChannel((channel) => this.watch(channel, connection));
    connection.onLocalDescription((sdp, type) => {
      void signaling.send({ description: { type: type as 'offer', sdp } });
    });
    connection.onLocalCandidate(
      (candidate, sdpMid) => void signaling.send({ candidate: { candidate, sdpMid } }),
    );
    const waiting: [string, string][] = [];
    let isDescribed = false;
    signaling.subscribe(
      (message) => {
        if (connection.state() === 'closed') return;
        const { description, candidate } = message as {
          description?: { sdp: string; type: 'offer' };
          candidate?: { candidate: string; sdpMid?: string } | null;
        };
        try {
          if (description) {
            connection.setRemoteDescription(description.sdp, description.type);
            isDescribed = true;
            for (const early of waiting.splice(0)) connection.addRemoteCandidate(...early);
          } else if (candidate?.candidate) {
            const found: [string, string] = [candidate.candidate, candidate.sdpMid ?? '0'];
            if (isDescribed) connection.addRemoteCandidate(...found);
            else waiting.push(found);
          }
        } catch {
          // Refused: a description that crossed another.
        }
      },
      () => {},
    );
    if (offers) this.#open(connection, id);
  }

  do(step: Step): void {
    const { does, a, b } = step;
    const open = this.logs.filter(({ channel }) => channel.isOpen());
    const log = open[a % Math.max(1, open.length)];
    const { up } = this;
    const connection = up[a % Math.max(1, up.length)];
    const size = sizeOf(step);
    if (does === 'open') this.#open(connection, b);
    else if (does === 'send' || does === 'trySend') log?.send(countOf(step), size);
    else if (does === 'closeChannel' || does === 'abortChannel') log?.close();
    else if (does === 'closeTogether') {
      const shared = byLabel(open)[a % Math.max(1, open.length)];
      shared?.send(1 + (b % 5), size);
      shared?.close();
    } else if (does === 'reopen') {
      log?.close();
      this.#open(connection, b);
    } else if (does === 'closeConnection' || does === 'abortConnection') {
      const name = connection && this.#names.get(connection);
      for (const each of this.logs) if (each.life.connection === name) each.connectionEnding();
      connection?.close();
    } else if (does === 'block') this.process.block(5 + b * 4);
    else if (does === 'stop') this.process.stop(20 + b * 20);
  }

  dispose(): void {
    this.#ended = true;
    for (const each of this.logs) {
      each.close();
      each.connectionEnding();
    }
    for (const connection of this.#connections) connection.close();
    this.binding.cleanup();
  }

  #open(connection: Connection | undefined, b: number): void {
    if (!connection) return;
    const unordered = b % 5 === 0;
    const label = `${this.process.name}-${++this.#made}${unordered ? ' unordered' : ''}`;
    this.watch(connection.createDataChannel(label, { unordered }), connection);
  }

  protected watch(channel: Channel, connection: Connection): void {
    this.logs.push(new RawEnd(this.process, channel, this.#names.get(connection)!));
  }
}
