import * as ndc from 'node-datachannel';
import type { DataChannel, PeerConnection } from 'node-datachannel';
import { type Candidate, HIGH_WATER_MARK, type Link, LOW_WATER_MARK, pump, until } from './candidate.js';

export type RawStyle = 'raw' | 'raw-least' | 'raw-all';

interface RawPair {
  readonly alice: PeerConnection;
  readonly bob: PeerConnection;
  readonly near: DataChannel;
  readonly far: DataChannel;
}

const CONFIG = { iceServers: [], bindAddress: '127.0.0.1' };

/** The binding itself, in three ways of use. Everything is kept: a collected wrapper is a crash (H2, H3). */
export class RawCandidate implements Candidate {
  readonly #style: RawStyle;
  readonly #pairs: RawPair[] = [];
  readonly #channels: DataChannel[] = [];

  constructor(style: RawStyle) {
    this.#style = style;
  }

  async connect(): Promise<Link> {
    return this.#own(this.#style === 'raw' ? await connectAsReadme() : await connectCalmly());
  }

  async connectCalmly(): Promise<Link> {
    return this.#own(await connectCalmly());
  }

  async close(): Promise<void> {
    const pair = this.#pairs.pop();
    if (!pair) return;
    const { alice, bob, near, far } = pair;
    near.close();
    far.close();
    alice.close();
    bob.close();
    await until(() => alice.state() === 'closed' && bob.state() === 'closed', 'closing');
    ndc.cleanup();
  }

  exchange(message: string): Promise<void> {
    const { near, far } = this.#pairs[this.#pairs.length - 1] as RawPair;
    return new Promise((resolve) => {
      far.onMessage(() => resolve());
      near.sendMessage(message);
    });
  }

  /** Sends `count` times `payload` on every pair; `arrived` is called for each that arrives. */
  send(payload: Buffer, count: number, arrived: () => void): void {
    for (const { near, far } of this.#pairs) {
      far.onMessage(arrived);
      for (let i = 0; i < count; i++) near.sendMessageBinary(payload);
    }
  }

  /** Ends everything at once; `drained` is called when the send buffers are empty, which is all that can be waited for. */
  async endAll(drained: () => void): Promise<void> {
    await until(() => this.#pairs.every(({ near }) => near.bufferedAmount() === 0), 'draining');
    drained();
    for (const { near, far } of this.#pairs) {
      near.close();
      far.close();
    }
    for (const { alice, bob } of this.#pairs) {
      alice.close();
      bob.close();
    }
    ndc.cleanup();
  }

  /** Further open channels on the latest pair, both ends. */
  async addChannels(count: number): Promise<void> {
    const { alice, bob } = this.#pairs[this.#pairs.length - 1] as RawPair;
    const made: DataChannel[] = [];
    for (let id = 1; id <= count; id++) {
      for (const pc of [alice, bob]) made.push(pc.createDataChannel(`${id}`, { negotiated: true, id }));
    }
    this.#channels.push(...made);
    await until(() => made.every((channel) => channel.isOpen()), 'opening');
  }

  #own(pair: RawPair): Link {
    this.#pairs.push(pair);
    if (this.#style === 'raw-all') listenToEverything(pair);
    return new RawLink(pair.near, pair.far);
  }
}

class RawLink implements Link {
  readonly #near: DataChannel;
  readonly #far: DataChannel;

  constructor(near: DataChannel, far: DataChannel) {
    this.#near = near;
    this.#far = far;
  }

  flood(payload: Buffer, going: () => boolean, arrived: (bytes: number) => void): Promise<void> {
    const near = this.#near;
    let resume = () => {};
    this.#far.onMessage((message) => arrived((message as Buffer).length));
    near.setBufferedAmountLowThreshold(LOW_WATER_MARK);
    near.onBufferedAmountLow(() => resume());
    const room = () =>
      new Promise<void>((resolve) => {
        resume = resolve;
        if (near.bufferedAmount() <= LOW_WATER_MARK) resolve();
      });
    // `true`: the transport took it; only what it did not take is in the buffer.
    const send = () => near.sendMessageBinary(payload) || near.bufferedAmount() < HIGH_WATER_MARK;
    return pump(going, send, room);
  }

  pingPong(payload: Buffer, going: () => boolean, turned: () => void): Promise<void> {
    const near = this.#near;
    const far = this.#far;
    return new Promise((resolve) => {
      far.onMessage((message) => far.sendMessageBinary(message as Buffer));
      near.onMessage((message) => {
        turned();
        if (going()) near.sendMessageBinary(message as Buffer);
        else resolve();
      });
      near.sendMessageBinary(payload);
    });
  }
}

/** As the binding's README does it, except that a candidate never overtakes its description, which would abort. */
async function connectAsReadme(): Promise<RawPair> {
  const alice = new ndc.PeerConnection('alice', CONFIG);
  const bob = new ndc.PeerConnection('bob', CONFIG);
  wire(alice, bob);
  wire(bob, alice);
  const arriving = new Promise<DataChannel>((resolve) => bob.onDataChannel(resolve));
  const near = alice.createDataChannel('bench');
  await new Promise<void>((resolve) => near.onOpen(resolve));
  return { alice, bob, near, far: await arriving };
}

function wire(from: PeerConnection, to: PeerConnection): void {
  const early: (() => void)[] = [];
  let described = false;
  from.onLocalDescription((sdp, type) => {
    to.setRemoteDescription(sdp, type);
    described = true;
    for (const add of early.splice(0)) add();
  });
  from.onLocalCandidate((candidate, mid) => {
    const add = () => to.addRemoteCandidate(candidate, mid);
    if (described) add();
    else early.push(add);
  });
}

/**
 * Without a single callback: everything is asked for, and both know the candidates only when both have the
 * descriptions, the answerer first and as DTLS server, so that nothing stalls (H27).
 */
async function connectCalmly(): Promise<RawPair> {
  const alice = new ndc.PeerConnection('alice', CONFIG);
  const bob = new ndc.PeerConnection('bob', { ...CONFIG, disableAutoNegotiation: true });
  const near = alice.createDataChannel('bench', { negotiated: true, id: 0 });
  const far = bob.createDataChannel('bench', { negotiated: true, id: 0 });
  await until(() => alice.gatheringState() === 'complete', 'gathering');
  const offer = split(alice);
  bob.setRemoteDescription(offer.sdp.replace('a=setup:actpass', 'a=setup:active'), 'offer');
  bob.setLocalDescription('answer');
  await until(() => bob.gatheringState() === 'complete', 'gathering');
  const answer = split(bob);
  alice.setRemoteDescription(answer.sdp, 'answer');
  for (const candidate of offer.candidates) bob.addRemoteCandidate(candidate, offer.mid);
  await until(() => bob.iceState() === 'connected' || bob.iceState() === 'completed', 'connecting');
  for (const candidate of answer.candidates) alice.addRemoteCandidate(candidate, answer.mid);
  await until(() => near.isOpen() && far.isOpen(), 'opening');
  return { alice, bob, near, far };
}

function split(pc: PeerConnection): { sdp: string; candidates: string[]; mid: string } {
  const lines = (pc.localDescription()?.sdp ?? '').split('\r\n');
  const isCandidate = (line: string) => line.startsWith('a=candidate');
  const rest = lines.filter((line) => !isCandidate(line) && line !== 'a=end-of-candidates');
  const mid = /^a=mid:(.+)$/m.exec(rest.join('\n'))?.[1] ?? '0';
  return { sdp: rest.join('\r\n'), candidates: lines.filter(isCandidate), mid };
}

const nothing = () => {};

/** What an application registers that wants to know everything. */
function listenToEverything({ alice, bob, near, far }: RawPair): void {
  for (const pc of [alice, bob]) {
    pc.onLocalDescription(nothing);
    pc.onLocalCandidate(nothing);
    pc.onStateChange(nothing);
    pc.onIceStateChange(nothing);
    pc.onSignalingStateChange(nothing);
    pc.onGatheringStateChange(nothing);
    pc.onDataChannel(nothing);
  }
  for (const channel of [near, far]) {
    channel.onOpen(nothing);
    channel.onMessage(nothing);
    channel.onError(nothing);
    channel.onBufferedAmountLow(nothing);
    channel.onClosed(nothing);
  }
}
