import {
  type DataChannel,
  type PeerConnection,
  RtcRuntime,
  type RtcScope,
  type Signaling,
  type WebSocket,
} from '../../src/index.js';
import { createFakeBinding, type FakeBinding, type FakeNetwork } from '../../src/testing/index.js';
import { AcknowledgedLog, isAcknowledged } from './acknowledged-log.js';
import { ChannelLog } from './channel-log.js';
import { type FaultName, FAULTS } from './faults.js';
import { Life } from './life.js';
import { PeerSockets } from './peer-sockets.js';
import { countOf, sizeOf, type Step } from './program.js';
import { byLabel, type Pair, type SimulatedPeer } from './simulated-peer.js';
import { telling } from './telling.js';
import type { SimulatedProcess, World } from './world.js';

/** Milliseconds that the teardown of a peer's scope may take. */
export const TEARDOWN_MS = 3000;

/** Connections of a program that pairs are made on. */
const CONNECTIONS = 3;
/** No literal address: it is asked for by name. */
const NAMED_SERVERS = { iceServers: ['stun:stun.simulated.example:3478'] };

/** Milliseconds before its bound from which a teardown may have been cut short. */
const FORCED_MS = 50;

const nameOf = (connection: PeerConnection): string => connection.path.split('/').at(-1)!;

class Mishap extends Error {}

/** A process that runs this package: a runtime with a root scope, and a program that does what the steps say. */
export class Peer implements SimulatedPeer {
  readonly process: SimulatedProcess;
  readonly binding: FakeBinding;
  readonly channels: ChannelLog[] = [];
  readonly acknowledged: AcknowledgedLog[] = [];
  readonly warnings: string[] = [];
  readonly sockets: PeerSockets;
  /** How the library has misbehaved. */
  readonly faults = new Set<FaultName>();
  /** How its scope ended; undefined while it has not. */
  end: { readonly took: number; readonly error: unknown } | undefined;
  runtime: RtcRuntime | undefined;
  readonly #world: World;
  readonly #isTrusting: boolean;
  readonly #connections: PeerConnection[] = [];
  readonly #scopes: RtcScope[] = [];
  #scope: RtcScope | undefined;
  #made = 0;
  #faultsNow = 0;

  /** `isTrusting`: its peer's messages are those of a simulation, in their order. */
  constructor(world: World, network: FakeNetwork, name: string, isTrusting = true) {
    this.#world = world;
    this.#isTrusting = isTrusting;
    this.process = world.spawn(name);
    this.binding = createFakeBinding({ network, scheduler: this.process });
    this.sockets = new PeerSockets({
      name,
      scope: (at) => this.#liveScope(at),
      log: (socket, path) => this.#log(socket, path, path),
    });
  }

  start(): void {
    this.runtime = new RtcRuntime({
      ...{ native: this.binding, clock: this.process.clock },
      resolveName: (name, signal) => this.#resolve(name, signal),
    });
    this.runtime.on('warning', ({ code, message }) => this.warnings.push(`${code}: ${message}`));
    this.#scope = this.runtime.scope(this.process.name, { timeout: TEARDOWN_MS });
  }

  get logs(): readonly (ChannelLog | AcknowledgedLog)[] {
    return [...this.channels, ...this.acknowledged];
  }

  get ended(): boolean {
    return this.process.dead || (this.end !== undefined && this.logs.every((log) => log.settled));
  }

  /** One half of `connect`: the other process does the other. */
  connect(id: number, signaling: Signaling, offers: boolean): void {
    telling(() => {
      const owner = this.#owner(id);
      if (!owner) return;
      const connection = owner.createPeerConnection(`c${id}`, id % 4 === 1 ? NAMED_SERVERS : {});
      this.#connections.push(connection);
      // One that is made while the library misbehaves may never come up, or not as it should.
      if (this.#faultsNow > 0) this.#roughFrom(connection, 0);
      connection.on('dataChannel', (channel) => this.#watch(channel, connection));
      if (offers) this.#open(connection, id);
      connection.negotiate(signaling, { timeout: 20_000 }).catch(() => {});
    });
  }

  pair(number: number, pair: Pair): void {
    const usable = this.#connections.filter(({ state }) => state === 'open' || state === 'opening');
    const connection = usable.find(({ path }) => path.endsWith(`/c${number % CONNECTIONS}`));
    if (connection) telling(() => this.#use(connection, pair, 1));
  }

  do(step: Step): void {
    telling(() => this.#do(step));
  }

  dispose(): void {
    const started = this.#world.now;
    const ended = (error?: unknown) => {
      const took = this.#world.now - started;
      this.end = { took, error };
      // What was not over by then was forced.
      if (took >= TEARDOWN_MS - FORCED_MS) this.process.rough.push({ from: started, to: this.#world.now });
    };
    this.#scope!.disposeAsync().then(() => ended(), ended);
  }

  #do(step: Step): void {
    const { does, a, b } = step;
    const log = this.#pick(
      this.channels.filter(({ channel }) => channel.state === 'open' || channel.state === 'opening'),
      a,
    );
    const connection = this.#pick(
      this.#connections.filter(({ state }) => state === 'open' || state === 'opening'),
      a,
    );
    const [count, size] = [countOf(step), sizeOf(step)];
    if (does === 'open') return connection && this.#open(connection, b);
    if (does === 'negotiated') return connection && this.#negotiated(connection, 100 + (b % 8));
    if (does === 'send') return log?.send(count, size);
    if (does === 'trySend') return log?.trySend(count, size);
    if (does === 'closeChannel') return this.#close(log?.channel);
    if (does === 'closeTogether') {
      const shared = this.#pick(byLabel(this.channels.filter(({ channel }) => channel.state === 'open')), a);
      shared?.send(1 + (b % 5), size);
      return this.#close(shared?.channel);
    }
    if (does === 'abortChannel' || does === 'closeWithin') {
      if (log) log.life.isRough = true;
      if (does === 'abortChannel') void log?.channel.abort(new Error('simulated'));
      else this.#close(log?.channel, { timeout: b });
      return;
    }
    if (does === 'stopReading') return log?.stopReading();
    if (does === 'reopen') {
      this.#close(log?.channel);
      return connection && this.#open(connection, b);
    }
    if (does === 'closeInHandler') {
      if (log) log.onNext = () => this.#close(log.channel);
      return;
    }
    if (does === 'throwInHandler') {
      if (!log) return;
      log.onNext = () => {
        throw new Mishap('thrown by a handler');
      };
      return;
    }
    if (does === 'closeConnection') return this.#close(connection);
    if (does === 'abortConnection') {
      if (connection) this.#roughFrom(connection, this.#world.now);
      return void connection?.abort(new Error('simulated'));
    }
    if (does === 'endScope')
      return void this.#pick(this.#scopes, a)
        ?.disposeAsync()
        .catch(() => {});
    if (does === 'fork') return this.#fork(a);
    if (does === 'move') return this.#move(a);
    if (does === 'depend') return this.#depend(a, b);
    if (does === 'acknowledged') return connection && this.#open(connection, 1, ' acknowledged');
    if (does === 'sendAcknowledged') return this.#pick(this.acknowledged, a)?.send(1 + (b % 10), size);
    if (does === 'fault') return this.#fault(a, b);
    if (does === 'defer') return this.#defer(b);
    if (does === 'block') return this.process.block(5 + b * 4);
    if (does === 'stop') return this.process.stop(20 + b * 20);
  }

  #use(connection: PeerConnection, pair: Pair, use: number): void {
    const { number, id, uses, messages, closes } = pair;
    const label = `pair-${nameOf(connection)}-${number}-${use}`;
    const channel = connection.createDataChannel(label, { negotiated: true, id });
    const log = this.#watch(channel, connection);
    if (closes) channel.once('message', () => this.#close(channel));
    channel.once('close', () => {
      if (use < uses && connection.state === 'open') telling(() => this.#use(connection, pair, use + 1));
    });
    log.send(messages, 100 * messages);
  }

  /** A name server that answers late, refuses, or never answers. */
  #resolve(name: string, signal: AbortSignal): Promise<readonly string[]> {
    const chance = this.#world.choices.next();
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      if (chance < 0.5) return;
      setTimeout(() => {
        if (chance < 0.75) reject(new Error(`${name} is not known`));
        else resolve(['127.0.0.1']);
      }, chance * 1000);
    });
  }

  #fork(at: number): void {
    const scope = this.#liveScope(at);
    if (scope) this.#scopes.push(scope.fork(`fork${this.#scopes.length}`, { inTurn: at % 4 === 0 }));
  }

  /** All that a scope owns goes to another, which takes its place. */
  #move(at: number): void {
    const scope = this.#liveScope(at);
    if (!scope) return;
    const heir = scope.move();
    if (scope === this.#scope) this.#scope = heir;
    else this.#scopes[this.#scopes.indexOf(scope)] = heir;
  }

  #depend(a: number, b: number): void {
    const handles = [...this.#connections, ...this.channels.map(({ channel }) => channel)];
    const [one, other] = [this.#pick(handles, a), this.#pick(handles, b)];
    if (one && other && one !== other) one.dependsOn(other);
  }

  /** The library misbehaves for some time. */
  #fault(a: number, b: number): void {
    const { faults } = this.binding;
    const [name, value] = this.#pick(FAULTS, a)!;
    const until = this.#world.now + 5 + b * 10;
    this.faults.add(name);
    this.#faultsNow++;
    Object.assign(faults, { [name]: value });
    this.#world.at(until, undefined, () => {
      this.#faultsNow--;
      Object.assign(faults, { [name]: undefined });
    });
    this.process.rough.push({ from: this.#world.now, to: until });
    for (const connection of this.#connections) {
      if (connection.state === 'opening') this.#roughFrom(connection, this.#world.now);
    }
  }

  #roughFrom(connection: PeerConnection, from: number): void {
    const to = Number.POSITIVE_INFINITY;
    this.process.rough.push({ from, to, connection: nameOf(connection) });
  }

  #defer(ms: number): void {
    this.#liveScope(ms)?.defer(
      () =>
        new Promise<void>((resolve) => {
          setTimeout(resolve, ms);
        }),
    );
  }

  #close(handle: { close(options?: { timeout?: number }): Promise<void> } | undefined, options = {}): void {
    handle?.close(options).catch(() => {});
  }

  #open(connection: PeerConnection, b: number, suffix = ''): void {
    const unordered = b % 5 === 0;
    const lossy = b % 11 === 3;
    const traits = [
      unordered && ' unordered',
      lossy && ' lossy',
      b % 7 === 2 && ' iterated',
      b % 7 === 4 && ' streamed',
    ];
    const label = `${this.process.name}-${++this.#made}${suffix || traits.filter(Boolean).join('')}`;
    this.#watch(
      connection.createDataChannel(label, { unordered, ...(lossy && { maxRetransmits: 0 }) }),
      connection,
    );
  }

  /** The other process may make the same; what it does not answer stays without an end. */
  #negotiated(connection: PeerConnection, id: number): void {
    this.#watch(
      connection.createDataChannel(`negotiated-${nameOf(connection)}-${id}`, {
        negotiated: true,
        id,
      }),
      connection,
    );
  }

  #watch(channel: DataChannel, connection: PeerConnection): ChannelLog | AcknowledgedLog {
    if (isAcknowledged(channel)) {
      const life = new Life(this.process, nameOf(connection), channel.label);
      const log = new AcknowledgedLog(channel, this.process.clock, life);
      this.acknowledged.push(log);
      return log;
    }
    const log = this.#log(channel, channel.label, nameOf(connection));
    let endsAt: number | undefined;
    connection.signal.addEventListener('abort', () => {
      endsAt = this.#world.now;
    });
    connection.on('close', ({ by }) => {
      if (by === 'local' || by === 'owner') log.life.connectionEndAt = endsAt;
    });
    return log;
  }

  #log(channel: DataChannel | WebSocket, label: string, connection: string): ChannelLog {
    const log = new ChannelLog(this.#world, this.process, channel, label, connection, this.#isTrusting);
    this.channels.push(log);
    return log;
  }

  /** Every third connection lives in a fork of its own, others in one that is there. */
  #owner(id: number): RtcScope | undefined {
    if (id % 3 === 0) this.#fork(id);
    return id % 3 === 0 ? this.#liveScope(this.#scopes.length) : this.#liveScope(id);
  }

  /** The root scope or one of its forks, unless that has ended. */
  #liveScope(at: number): RtcScope | undefined {
    const scopes = this.#scope ? [this.#scope, ...this.#scopes] : [];
    return this.#pick(
      scopes.filter(({ disposed }) => !disposed),
      at,
    );
  }

  #pick<T>(list: readonly T[], at: number): T | undefined {
    return list[at % Math.max(1, list.length)];
  }

  static isMishap(text: string): boolean {
    return text.includes('thrown by a handler');
  }
}
