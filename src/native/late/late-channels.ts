import type * as ndc from 'node-datachannel';
import type { NativeDataChannel, NativeTrack } from '../binding.js';
import { type StandIn, standIn } from './stand-in.js';

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
    setImmediate(() => this.#callback?.());
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

/** The addon's word for a channel that the transport has not given a stream yet. */
const NO_STREAM = 65_535;
