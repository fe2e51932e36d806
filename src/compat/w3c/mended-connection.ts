import { guardedOf, type PolyfillApi } from '../polyfill-api.js';
import { RtcInvalidStateError } from '../../errors/kinds.js';
import { integer } from '../../arguments/argument.js';
import { LateCandidates } from './late-candidates.js';
import { type MendableChannel, mendChannel } from './mended-channel.js';

interface ChannelInit {
  readonly id?: number | undefined;
  readonly negotiated?: boolean;
  readonly maxPacketLifeTime?: number;
  readonly maxRetransmits?: number;
}

interface Description {
  readonly type: string;
  readonly sdp: string;
}

/** What is mended of the polyfill's connection; its own types need the DOM's. */
interface Connection extends EventTarget {
  readonly signalingState: string;
  readonly connectionState: string;
  readonly localDescription: Description | null;
  readonly remoteDescription: Description | null;
  readonly currentLocalDescription: Description | null;
  readonly currentRemoteDescription: Description | null;
  setRemoteDescription(description: Description): Promise<void>;
  createOffer(options?: object): Promise<Description>;
  createAnswer(options?: object): Promise<Description>;
  createDataChannel(label: string, init?: ChannelInit): MendableChannel;
}

type ConnectionClass = new (configuration?: object) => Connection;

/** The polyfill's `RTCPeerConnection` with what of the specification it gets wrong and can be put right on top of it. */
export function mendedConnection(api: PolyfillApi): PolyfillApi['RTCPeerConnection'] {
  const Base = api.RTCPeerConnection as unknown as ConnectionClass;

  class RTCPeerConnection extends Base {
    readonly #candidates = new LateCandidates((event) => void super.dispatchEvent(event));

    /** A dictionary, which callers may change before they pass it on (`simple-peer` does). */
    override async createOffer(options?: object): Promise<Description> {
      this.#assertOpen('createOffer');
      const { type, sdp } = await super.createOffer(options);
      return { type, sdp: withoutCandidates(sdp) };
    }

    override async createAnswer(options?: object): Promise<Description> {
      this.#assertOpen('createAnswer');
      const { signalingState } = this;
      // The library answers by itself, so the state may have moved on already.
      if (this.remoteDescription?.type !== 'offer') {
        throw invalidState(`createAnswer: the signaling state is ${signalingState}`);
      }
      return asDictionary(await super.createAnswer(options));
    }

    override createDataChannel(label: string, init: ChannelInit = {}): MendableChannel {
      // oxlint-disable-next-line prefer-rest-params -- a missing label is a mistake, an `undefined` one is a text
      if (arguments.length === 0) throw new TypeError('createDataChannel: label is missing');
      this.#assertOpen('createDataChannel');
      try {
        const checked = checkChannelInit(init);
        const channel = super.createDataChannel(String(label), checked);
        return mendChannel(channel, guardedOf.get(this)?.newestChannel);
      } catch (error) {
        throw asW3cError(error);
      }
    }

    override async setRemoteDescription(description: Description): Promise<void> {
      await super.setRemoteDescription(description);
      this.#candidates.tellAll();
    }

    override dispatchEvent(event: Event): boolean {
      if (event.type === 'icecandidate' && this.signalingState === 'have-local-offer') {
        this.#candidates.keep(event);
        return true;
      }
      const { channel } = event as Event & { channel?: MendableChannel };
      if (event.type === 'datachannel' && channel) mendChannel(channel);
      return super.dispatchEvent(event);
    }

    override get localDescription(): Description | null {
      return orNull(super.localDescription);
    }

    override get remoteDescription(): Description | null {
      return orNull(super.remoteDescription);
    }

    override get currentLocalDescription(): Description | null {
      return this.signalingState === 'stable' ? orNull(super.currentLocalDescription) : null;
    }

    override get currentRemoteDescription(): Description | null {
      return this.signalingState === 'stable' ? orNull(super.currentRemoteDescription) : null;
    }

    get pendingLocalDescription(): Description | null {
      return this.signalingState === 'have-local-offer' ? orNull(super.localDescription) : null;
    }

    get pendingRemoteDescription(): Description | null {
      return this.signalingState === 'have-remote-offer' ? orNull(super.remoteDescription) : null;
    }

    #assertOpen(method: string): void {
      if (this.connectionState === 'closed') throw invalidState(`${method}: the connection is closed`);
    }
  }

  return RTCPeerConnection as never;
}

/** An offer has none before it is set; those that were found already come as events, when it is time. */
function withoutCandidates(sdp: string): string {
  return sdp.replace(/^a=(candidate:.*|end-of-candidates)\r?\n/gm, '');
}

/** 65535 is reserved. */
const streamId = integer(0, 65_534);

/** What the specification's `createDataChannel` does to its dictionary. */
function checkChannelInit(init: ChannelInit): ChannelInit {
  const given = (value: unknown) => value !== undefined && value !== null;
  if (given(init.maxPacketLifeTime) && given(init.maxRetransmits)) {
    throw new TypeError('createDataChannel: maxPacketLifeTime and maxRetransmits exclude each other');
  }
  if (given(init.id)) streamId(init.id, 'id');
  if (!init.negotiated) return { ...init, id: undefined };
  if (!given(init.id)) throw new TypeError('createDataChannel: a negotiated channel needs an id');
  return init;
}

/** Wrong arguments are of one class there, whatever is wrong with them. */
function asW3cError(error: unknown): unknown {
  if (error instanceof RangeError) return new TypeError(error.message, { cause: error });
  if (error instanceof RtcInvalidStateError) return new DOMException(error.message, 'OperationError');
  return error;
}

const asDictionary = ({ type, sdp }: Description): Description => ({ type, sdp });

/** The polyfill says "none" with a description that has no type. */
function orNull(description: Description | null): Description | null {
  return description?.type === undefined ? null : description;
}

function invalidState(message: string): DOMException {
  return new DOMException(message, 'InvalidStateError');
}
