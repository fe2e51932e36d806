import type * as ndc from 'node-datachannel';
import type { NativePeerConnection, NativeDataChannel, NativeTrack } from '../binding.js';
import { afterTurn } from '../../time/clock.js';

/** How a connection is made, and what it waits for. */
export interface LateConstruction {
  readonly config: Promise<ndc.RtcConfig>;
  construct(config: ndc.RtcConfig): NativePeerConnection;
  /** Called with the connection before the calls that had waited are made; may replace its methods. */
  made?(native: NativePeerConnection, config: ndc.RtcConfig): void;
  /** The library refused the connection, or a call that had waited for it. */
  refused(error: unknown): void;
  /** The connection is closed; it will not be made any more. */
  cancel(): void;
}

/**
 * A native connection that is made when its configuration is complete: the library takes the addresses of STUN and
 * TURN servers with the constructor only, and they have to be found first. Calls before that are made then.
 *
 * Nothing has been offered until then, so an offer of the peer collides with none of ours: it is set first. A deferred
 * call that the library refuses ends the connection in the state `failed`.
 */
export function latePeerConnection(late: LateConstruction, autoNegotiates: boolean): NativePeerConnection {
  const first: Step[] = [];
  const steps: Step[] = [];
  let onState: ((state: string) => void) | undefined;
  let remote: { type: ndc.DescriptionType; sdp: string } | undefined;
  let owesAnswer = false;
  let closed = false;
  let made = 0;

  const answers: Answers<NativePeerConnection> = {
    onLocalDescription: 'later',
    onLocalCandidate: 'later',
    onIceStateChange: 'later',
    onSignalingStateChange: 'later',
    onGatheringStateChange: 'later',
    onDataChannel: 'later',
    onTrack: 'later',
    onStateChange: (callback) => {
      onState = callback;
    },
    close: () => {
      if (closed) return;
      closed = true;
      late.cancel();
      afterTurn(() => onState?.('closed'));
    },
    createDataChannel: (label, init) => {
      const channel = lateChannel(label, init);
      steps.push((real) => {
        if (channel.closed()) return;
        channel.becomes(real.createDataChannel(label, ...(init ? [init] : [])));
        made++;
      });
      return channel.native;
    },
    addTrack: (media) => {
      const track = lateTrack(media);
      first.push((real) => {
        if (track.closed()) return;
        track.becomes(real.addTrack(media));
        made++;
      });
      return track.native;
    },
    setLocalDescription: (type = 'unspec', init) => {
      if (type !== 'pranswer') owesAnswer = false;
      steps.push((real) => {
        // The library ends the process over a call that the state does not allow (H10). It may have made the offer by
        // itself, or taken the peer's instead.
        if (made === 0 && !remote) return;
        if (!allows(real.signalingState(), type)) return;
        real.setLocalDescription(type, ...(init ? [init] : []));
      });
    },
    setRemoteDescription: (sdp, type) => {
      const offers = type === 'offer' || type === 'unspec';
      remote = { type: offers ? 'offer' : type, sdp };
      owesAnswer = offers && !autoNegotiates;
      (offers ? first : steps).push((real) => real.setRemoteDescription(sdp, type));
    },
    addRemoteCandidate: (candidate, mid) => {
      steps.push((real) => {
        try {
          real.addRemoteCandidate(candidate, mid);
        } catch {} // one that is malformed is of no use, and ICE goes on with the others
      });
    },
    localDescription: () => null,
    remoteDescription: () => remote ?? null,
    remoteFingerprint: () => 0 as never, // the addon's word for "none"
    hasMedia: () => false,
    state: () => (closed ? 'closed' : 'new'),
    iceState: () => (closed ? 'closed' : 'new'),
    signalingState: () => (owesAnswer ? 'have-remote-offer' : 'stable'),
    gatheringState: () => 'new',
    bytesSent: () => 0,
    bytesReceived: () => 0,
    rtt: () => -1,
    getSelectedCandidatePair: () => null,
    maxDataChannelId: () => MAX_STREAM,
    maxMessageSize: () => DEFAULT_REMOTE_MAX_MESSAGE_SIZE,
  };

  const { native, becomes } = standIn(answers);
  void late.config.then((config) => {
    if (closed) return;
    try {
      becomes(late.construct(config));
      late.made?.(native, config);
      if (onState) native.onStateChange(onState);
      for (const step of [...first, ...steps]) step(native);
    } catch (error) {
      late.refused(error);
      onState?.('failed');
    }
  });
  return native;
}

type Step = (real: NativePeerConnection) => void;

function allows(state: string, type: ndc.DescriptionType): boolean {
  if (type === 'rollback') return true;
  const answers = state === 'have-remote-offer' || state === 'have-local-pranswer';
  if (type === 'offer') return state === 'stable';
  return answers || (type === 'unspec' && state === 'stable');
}

const MAX_STREAM = 65_534;
/** libdatachannel's value for a peer whose limit is not known (`impl/internals.hpp`). */
const DEFAULT_REMOTE_MAX_MESSAGE_SIZE = 65_536;

/** A channel or track of a connection that is still to be made. One that is closed before is never made. */
export interface LateChannel<N> extends StandIn<N> {
  closed(): boolean;
}

/** Calls `onClosed` a turn later, as the addon does. */
class Ending {
  closed = false;
  #callback: (() => void) | undefined;

  readonly onClosed = (callback: () => void): void => {
    this.#callback = callback;
  };

  readonly close = (): void => {
    if (this.closed) return;
    this.closed = true;
    afterTurn(() => this.#callback?.());
  };

  moveTo(real: { onClosed(callback: () => void): void }): void {
    if (this.#callback) real.onClosed(this.#callback);
  }
}

const NOT_OPEN = {
  isOpen: () => false,
  bufferedAmount: () => 0,
  maxMessageSize: () => 65_536,
  sendMessage: () => false,
  sendMessageBinary: () => false,
  setBufferedAmountLowThreshold: 'later',
  onOpen: 'later',
  onError: 'later',
  onMessage: 'later',
} as const;

function withEnding<N extends NativeDataChannel | NativeTrack>(
  late: StandIn<N>,
  ending: Ending,
): LateChannel<N> {
  return {
    native: late.native,
    closed: () => ending.closed,
    becomes(real) {
      late.becomes(real);
      ending.moveTo(real);
    },
  };
}

export function lateChannel(
  label: string,
  init: ndc.DataChannelInitConfig = {},
): LateChannel<NativeDataChannel> {
  const ending = new Ending();
  const late = standIn<NativeDataChannel>({
    ...NOT_OPEN,
    close: ending.close,
    onClosed: ending.onClosed,
    onBufferedAmountLow: 'later',
    getLabel: () => label,
    getId: () => init.id ?? NO_STREAM,
    getProtocol: () => init.protocol ?? '',
  });
  return withEnding(late, ending);
}

export function lateTrack(media: ndc.Audio | ndc.Video): LateChannel<NativeTrack> {
  const ending = new Ending();
  const late = standIn<NativeTrack>({
    ...NOT_OPEN,
    close: ending.close,
    onClosed: ending.onClosed,
    direction: () => media.direction(),
    mid: () => media.mid(),
    type: () => ('addVideoCodec' in media ? 'video' : 'audio'),
    isClosed: () => ending.closed,
    requestBitrate: () => false,
    requestKeyframe: () => false,
    setMediaHandler: 'later',
  });
  return withEnding(late, ending);
}

/** What the addon returns for a channel without a stream. */
const NO_STREAM = 65_535;

type Method = (...args: never[]) => unknown;

/** For each method of a native: what it returns before the native exists, or that the call is deferred. */
type Answers<N> = { readonly [K in keyof N]: N[K] | 'later' };

/** An object in place of a native that does not exist yet. Once the native exists, calls are forwarded to it. */
interface StandIn<N> {
  readonly native: N;
  /** Makes the calls that had to wait, in their order. */
  becomes(real: N): void;
}

function standIn<N extends object>(answers: Answers<N>): StandIn<N> {
  const calls: ((real: N) => void)[] = [];
  const native = {} as N;
  const keys = Object.keys(answers) as (keyof N)[];
  for (const key of keys) {
    const answer = answers[key];
    const later = (...args: never[]) => void calls.push((real) => (real[key] as Method)(...args));
    native[key] = (answer === 'later' ? later : answer) as N[keyof N];
  }
  return {
    native,
    becomes(real) {
      for (const key of keys)
        native[key] = ((...args: never[]) => (real[key] as Method)(...args)) as N[keyof N];
      for (const call of calls.splice(0)) call(real);
    },
  };
}
