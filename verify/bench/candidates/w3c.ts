import { type Candidate, HIGH_WATER_MARK, type Link, pump, turn, until } from './candidate.js';

/** What is used of the W3C's interfaces; the packages differ in the rest. */
export interface W3cChannel {
  readonly bufferedAmount: number;
  bufferedAmountLowThreshold: number;
  readonly readyState: string;
  binaryType?: string;
  onopen: unknown;
  onmessage: unknown;
  onbufferedamountlow?: unknown;
  send(data: Buffer | string): void;
  close(): void;
}

export interface W3cConnection {
  onicecandidate: unknown;
  ondatachannel: unknown;
  readonly localDescription: unknown;
  readonly iceGatheringState: string;
  createDataChannel(label: string): W3cChannel;
  createOffer(): Promise<unknown>;
  createAnswer(): Promise<unknown>;
  setLocalDescription(description: never): Promise<unknown>;
  setRemoteDescription(description: never): Promise<unknown>;
  addIceCandidate(candidate: never): Promise<unknown>;
  close(): Promise<void> | void;
}

export interface Described {
  /** Makes a connection that uses loopback or the host's own address. */
  make(): W3cConnection;
  /** It notifies when its buffer has room; otherwise it is asked every turn. */
  readonly tellsLow: boolean;
  /** Bytes in the send buffer at which it is fastest; that of all others without. */
  readonly highWaterMark?: number;
  /** Between two looks whether its buffer has room; a turn of the event loop without. */
  readonly pause?: () => Promise<void>;
  /** Its library has an end of its own. */
  cleanup?(): void;
}

interface W3cPair {
  readonly alice: W3cConnection;
  readonly bob: W3cConnection;
  readonly near: W3cChannel;
  readonly far: W3cChannel;
}

type MessageEvent = { data: string | Buffer | ArrayBuffer };

/** A package that has the interfaces of a browser. */
export class W3cCandidate implements Candidate {
  readonly #described: Described;
  readonly #pairs: W3cPair[] = [];

  constructor(described: Described) {
    this.#described = described;
  }

  async connect(): Promise<Link> {
    const pair = await connectPair(this.#described.make);
    this.#pairs.push(pair);
    return new W3cLink(pair.near, pair.far, this.#described);
  }

  connectCalmly(): Promise<Link> {
    return this.connect();
  }

  async close(): Promise<void> {
    const pair = this.#pairs.pop();
    if (!pair) return;
    pair.near.close();
    pair.far.close();
    await pair.alice.close();
    await pair.bob.close();
    this.#described.cleanup?.();
  }

  exchange(message: string): Promise<void> {
    const { near, far } = this.#pairs[this.#pairs.length - 1] as W3cPair;
    return new Promise((resolve) => {
      far.onmessage = () => resolve();
      near.send(message);
    });
  }
}

async function connectPair(make: () => W3cConnection): Promise<W3cPair> {
  const alice = make();
  const bob = make();
  const toBob = candidatesTo(alice, bob);
  const toAlice = candidatesTo(bob, alice);
  const arriving = new Promise<W3cChannel>((resolve) => {
    bob.ondatachannel = ({ channel }: { channel: W3cChannel }) => resolve(channel);
  });
  const near = alice.createDataChannel('bench');
  await alice.setLocalDescription((await alice.createOffer()) as never);
  await bob.setRemoteDescription(alice.localDescription as never);
  toBob();
  await bob.setLocalDescription((await bob.createAnswer()) as never);
  await alice.setRemoteDescription(bob.localDescription as never);
  toAlice();
  if (near.readyState !== 'open') {
    await new Promise<void>((resolve) => {
      near.onopen = () => resolve();
    });
  }
  const far = await arriving;
  near.binaryType = 'arraybuffer';
  far.binaryType = 'arraybuffer';
  return { alice, bob, near, far };
}

/** Hands candidates over; those that come before the description wait until the returned function is called. */
function candidatesTo(from: W3cConnection, to: W3cConnection): () => void {
  let early: unknown[] | undefined = [];
  const add = (candidate: unknown) => void to.addIceCandidate(candidate as never).catch(() => {});
  from.onicecandidate = ({ candidate }: { candidate?: unknown }) => {
    if (!candidate) return;
    if (early) early.push(candidate);
    else add(candidate);
  };
  return () => {
    const waiting = early ?? [];
    early = undefined;
    for (const candidate of waiting) add(candidate);
  };
}

class W3cLink implements Link {
  readonly #near: W3cChannel;
  readonly #far: W3cChannel;
  readonly #described: Described;

  constructor(near: W3cChannel, far: W3cChannel, described: Described) {
    this.#near = near;
    this.#far = far;
    this.#described = described;
  }

  flood(payload: Buffer, going: () => boolean, arrived: (bytes: number) => void): Promise<void> {
    this.#far.onmessage = ({ data }: MessageEvent) => arrived(sizeOf(data));
    return sendWhile(going, this.#near, payload, this.#described);
  }

  pingPong(payload: Buffer, going: () => boolean, turned: () => void): Promise<void> {
    const near = this.#near;
    const far = this.#far;
    return new Promise((resolve) => {
      far.onmessage = ({ data }: MessageEvent) => far.send(data as Buffer);
      near.onmessage = ({ data }: MessageEvent) => {
        turned();
        if (going()) near.send(data as Buffer);
        else resolve();
      };
      near.send(payload);
    });
  }
}

/** A link of 200 ms that loses every hundredth packet stands still for seconds. */
const STANDSTILL_MS = 60_000;

/** Sends `payload` while `going()`, and waits while the buffer is full. */
export function sendWhile(
  going: () => boolean,
  channel: W3cChannel,
  payload: Buffer,
  { tellsLow, highWaterMark = HIGH_WATER_MARK, pause = turn }: Described,
): Promise<void> {
  channel.bufferedAmountLowThreshold = highWaterMark / 2;
  const low = () => channel.bufferedAmount <= highWaterMark / 2;
  const reported = () =>
    new Promise<void>((resolve) => {
      channel.onbufferedamountlow = () => resolve();
      if (low()) resolve();
    });
  const room = () => (tellsLow ? reported() : until(low, 'sending', { patience: STANDSTILL_MS, pause }));
  const send = () => {
    channel.send(payload);
    return channel.bufferedAmount < highWaterMark;
  };
  return pump(going, send, room);
}

const sizeOf = (data: string | Buffer | ArrayBuffer): number =>
  data instanceof ArrayBuffer ? data.byteLength : data.length;
