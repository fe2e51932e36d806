import {
  type ChannelOptions,
  type DataChannel,
  type DataChannelInit,
  type PeerConnection,
  type PeerConnectionConfig,
  type RtcScope,
  type SignalingMessage,
} from 'scoped-rtc';
import { nextEvent } from '../../test/support/event.js';
import type { Change, Peer } from './peer.js';
import type { Ability } from './peers.js';

export interface Tools {
  /** Something that must hold. */
  check(holds: boolean, what: string): void;
  /** The figure of the cell, for the table. */
  figure(text: string): void;
}

/** What a scenario is given. */
export interface Cell extends Tools {
  readonly scope: RtcScope;
  readonly peer: Peer;
}

/** One thing that two peers do with each other. */
export interface Scenario {
  /** For the table. */
  readonly title: string;
  readonly needs?: readonly Ability[];
  /** What a peer loses as it closes, or as we do, is a matter of chance: one try says little. */
  readonly chance?: true;
  /** May resolve with the channel that `after` asks about. */
  run(cell: Cell): Promise<DataChannel | void>;
  /**
   * The same with the raw binding in our place, for a cell that fails. Where the same checks fail, by the same words, the reason
   * is at the peer, or in the binding.
   */
  control?(ends: Ends, tools: Tools): Promise<void>;
  /** After the scope has ended. */
  after?(cell: Omit<Cell, 'scope'>, channel?: DataChannel): Promise<void>;
}

/** Two programs, each a peer of the other; `raw` is node-datachannel's polyfill, which is started when it is first asked for. */
export interface Ends {
  readonly raw: Peer;
  readonly peer: Peer;
}

export type Scenarios = Readonly<Record<string, Scenario>>;

export interface ConnectOptions {
  readonly label?: string;
  readonly channel?: DataChannelInit & ChannelOptions;
  readonly config?: PeerConnectionConfig;
  readonly change?: Change;
  /** For the peer's `create`. */
  readonly peer?: object;
}

export interface Connected {
  readonly pc: PeerConnection;
  readonly channel: DataChannel;
}

const WAIT = { timeout: 15_000 };

/** A connection with an open channel, offered by us. */
export async function weOffer(cell: Cell, options: ConnectOptions = {}): Promise<Connected> {
  const { label = 'echo', channel: init, config, change, peer } = options;
  await cell.peer.call('create', { polite: true, ...peer });
  const pc = cell.scope.createPeerConnection('peer', config);
  const channel = pc.createDataChannel(label, init);
  await pc.negotiate(cell.peer.signaling(change, false), WAIT);
  await channel.opened(WAIT);
  await eventually(async () => (await cell.peer.channel(label))?.opened === true, 'the channel opens there');
  return { pc, channel };
}

/** A connection with an open channel, offered by the peer. */
export async function theyOffer(cell: Cell, options: ConnectOptions = {}): Promise<Connected> {
  const { label = 'echo', config, change, peer } = options;
  await cell.peer.call('create', { polite: true, ...peer });
  const pc = cell.scope.createPeerConnection('peer', config);
  const came = nextEvent<[DataChannel]>(pc, 'dataChannel');
  came.catch(() => {});
  await cell.peer.call('channel', { label });
  await cell.peer.call('offer');
  await pc.negotiate(cell.peer.signaling(change, false), WAIT);
  const [channel] = await came;
  await channel.opened(WAIT);
  return { pc, channel };
}

/** Connects the raw binding to the peer; the one called `offerer` has made a channel and offers. */
export async function connectRaw({ raw, peer }: Ends, label: string, offerer: keyof Ends): Promise<void> {
  const ends = { raw, peer };
  await raw.ready();
  await raw.call('create', { polite: true });
  await peer.call('create', { polite: true });
  linkEnds(ends);
  await ends[offerer].call('channel', { label });
  await ends[offerer].call('offer');
  for (const end of [raw, peer]) {
    await eventually(async () => (await end.channel(label))?.opened === true, 'the channel opens');
  }
}

/** What either end says reaches the other. */
export function linkEnds({ raw, peer }: Ends): void {
  const [here, there] = [raw.signaling(), peer.signaling()];
  here.subscribe(
    (message) => there.send(message as SignalingMessage),
    () => {},
  );
  there.subscribe(
    (message) => here.send(message as SignalingMessage),
    () => {},
  );
}

/** Asks until it holds. */
export async function eventually(
  condition: () => boolean | Promise<boolean>,
  what: string,
  ms = 10_000,
): Promise<number> {
  const begin = performance.now();
  while (!(await condition())) {
    if (performance.now() - begin > ms) throw new Error(`not within ${ms} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return Math.round(performance.now() - begin);
}

/** A message whose number the peer checks. */
export function numbered(n: number): Buffer {
  const message = Buffer.alloc(100);
  message.writeUIntLE(n, 0, 3);
  return message;
}

/** Sends and waits for the same to come back. */
export async function echoed(channel: DataChannel, data: string | Buffer): Promise<boolean> {
  const came = nextEvent<[string | Buffer]>(channel, 'message');
  came.catch(() => {});
  await channel.send(data);
  const [back] = await came;
  return typeof data === 'string' ? back === data : Buffer.isBuffer(back) && back.equals(data);
}
