import type { Duplex } from 'node:stream';
import {
  type DataChannel,
  memorySignaling,
  type PeerConnection,
  RtcRuntime,
  type RtcScope,
} from '../../../src/index.js';
import { type Candidate, HIGH_WATER_MARK, type Link, pump, turn } from './candidate.js';

export type SdkStyle = 'sdk-events' | 'sdk-iterator' | 'sdk-streams';

export interface SdkPair {
  readonly alice: PeerConnection;
  readonly bob: PeerConnection;
  readonly near: DataChannel;
  readonly far: DataChannel;
}

const CONFIG = { bindAddress: '127.0.0.1' };
const CHANNEL = { highWaterMark: HIGH_WATER_MARK };

/** This package. */
export class SdkCandidate implements Candidate {
  readonly pairs: SdkPair[] = [];
  readonly #style: SdkStyle;
  #scope: RtcScope | undefined;

  constructor(style: SdkStyle) {
    this.#style = style;
  }

  async connect(): Promise<Link> {
    this.#scope ??= RtcRuntime.acquire('bench');
    const pair = await connectPair(this.#scope);
    this.pairs.push(pair);
    return links[this.#style](pair);
  }

  connectCalmly(): Promise<Link> {
    return this.connect();
  }

  async close(): Promise<void> {
    this.pairs.pop();
    await this.endAll();
  }

  async exchange(message: string): Promise<void> {
    const { near, far } = this.pairs[this.pairs.length - 1] as SdkPair;
    const arrived = new Promise((resolve) => far.once('message', resolve));
    await near.send(message);
    await arrived;
  }

  async endAll(): Promise<void> {
    const scope = this.#scope;
    this.#scope = undefined;
    await scope?.disposeAsync();
  }

  /** Further open channels on the latest pair, both ends. */
  async addChannels(count: number): Promise<void> {
    const { alice, bob } = this.pairs[this.pairs.length - 1] as SdkPair;
    const opened: Promise<unknown>[] = [];
    for (let id = 1; id <= count; id++) {
      for (const pc of [alice, bob]) {
        opened.push(pc.createDataChannel(`${id}`, { negotiated: true, id, ...CHANNEL }).opened());
      }
    }
    await Promise.all(opened);
  }
}

async function connectPair(scope: RtcScope): Promise<SdkPair> {
  const alice = scope.createPeerConnection('alice', CONFIG);
  const bob = scope.createPeerConnection('bob', CONFIG);
  const arriving = new Promise<DataChannel>((resolve) => bob.once('dataChannel', resolve));
  const near = alice.createDataChannel('bench', CHANNEL);
  const [one, other] = memorySignaling();
  void alice.negotiate(one);
  void bob.negotiate(other);
  await near.opened();
  return { alice, bob, near, far: await arriving };
}

const links: Record<SdkStyle, (pair: SdkPair) => Link> = {
  'sdk-events': ({ near, far }) => ({
    flood(payload, going, arrived) {
      far.on('message', (message) => arrived(message.length));
      const send = () => near.trySend(payload);
      return pump(going, send, () => near.send(payload));
    },
    pingPong(payload, going, turned) {
      return new Promise((resolve) => {
        far.on('message', (message) => void far.send(message));
        near.on('message', (message) => {
          turned();
          if (going()) void near.send(message);
          else resolve();
        });
        void near.send(payload);
      });
    },
  }),
  'sdk-iterator': ({ near, far }) => ({
    async flood(payload, going, arrived) {
      const receive = async () => {
        for await (const message of far) arrived(message.length);
      };
      void receive();
      for (let sent = 1; going(); sent++) {
        await near.send(payload);
        if (sent % SENDS_A_TURN === 0) await turn();
      }
    },
    async pingPong(payload, going, turned) {
      const answer = async () => {
        for await (const message of far) await far.send(message);
      };
      void answer();
      await near.send(payload);
      for await (const message of near) {
        turned();
        if (!going()) return;
        await near.send(message);
      }
    },
  }),
  'sdk-streams': ({ near, far }) => {
    // One chunk is one message in either mode; bytes may be cut, and the payload fits.
    const from = near.toDuplex();
    const to = far.toDuplex();
    return {
      flood(payload, going, arrived) {
        to.on('data', (chunk: Buffer) => arrived(chunk.length));
        return pump(
          going,
          () => from.write(payload),
          () => drained(from),
        );
      },
      pingPong(payload, going, turned) {
        return new Promise((resolve) => {
          to.on('data', (chunk: Buffer) => void to.write(chunk));
          from.on('data', (chunk: Buffer) => {
            turned();
            if (going()) from.write(chunk);
            else resolve();
          });
          from.write(payload);
        });
      },
    };
  },
};

const drained = (stream: Duplex): Promise<void> => new Promise((resolve) => stream.once('drain', resolve));

/** As in `pump`. */
const SENDS_A_TURN = 256;
