import type { MediaHandler, RtpPacketizationConfig } from 'node-datachannel';
import { RtcInvalidStateError } from '../../errors/rtc-error.js';
import { readFrom, wrongType } from '../../arguments/argument.js';
import { callNative } from '../../native/call-native.js';
import type { NativeMediaHandlers } from '../../native/binding.js';
import type { CheckedMediaHandlers, PacketizerOptions } from '../../native/validate/media-handlers.js';
import { FramePacketizer } from './frame-packetizer.js';
import type { RtpStream } from './rtp-stream.js';

/** What works on the packets of one track. */
export interface MediaChain {
  /** The addon's handlers, in the order in which packets pass them: their wrappers are kept for as long as the track. */
  readonly handlers: readonly MediaHandler[];
  /** Cuts frames into packets, before the handlers. */
  readonly packetizer?: FramePacketizer;
  /** The timestamp of sender reports. */
  readonly reported?: RtpPacketizationConfig;
  /** What is sent may be larger than a packet. */
  readonly takesFrames: boolean;
}

/**
 * Makes the handlers from plain settings and links them. Ready-made ones are not taken: the addon loops for
 * ever on a chain with a cycle or a fragment size of 2, aborts on a bad number of packets, and mixes up tracks that
 * share a handler; none of it can be seen in the object.
 */
export function makeMediaChain(
  classes: NativeMediaHandlers,
  settings: CheckedMediaHandlers,
  streamOf: (ssrc: number) => RtpStream,
  path: string,
): MediaChain {
  return callNative(path, 'setMediaHandlers', () => {
    const { packetizer, senderReports, nackResponder, receivingSession } = settings;
    const handlers: MediaHandler[] = [];
    const made = packetizer && new FramePacketizer(packetizer, streamOf(packetizer.ssrc));
    const reported = senderReports && packetizer && makeConfig(classes, packetizer);
    if (reported) handlers.push(new classes.RtcpSrReporter(reported));
    if (nackResponder !== undefined) handlers.push(new classes.RtcpNackResponder(nackResponder));
    if (receivingSession) handlers.push(new classes.RtcpReceivingSession());
    const [first, ...others] = handlers;
    for (const other of others) first?.addToChain(other);
    return {
      handlers,
      ...(made && { packetizer: made }),
      ...(reported && { reported }),
      takesFrames: made !== undefined,
    };
  });
}

/** Takes the place of handlers that were set before, and does next to nothing: the addon cannot remove one. */
export function idleHandler(classes: NativeMediaHandlers): MediaHandler {
  return new classes.RtcpNackResponder(1);
}

function makeConfig(classes: NativeMediaHandlers, options: PacketizerOptions): RtpPacketizationConfig {
  const { ssrc, cname, payloadType, clockRate } = options;
  return new classes.RtpPacketizationConfig(ssrc, cname, payloadType, clockRate, 0);
}

/** By class: the addon reads whatever has the right prototype as one of its own. */
export function assertMediaHandler(
  classes: NativeMediaHandlers | undefined,
  handler: unknown,
): asserts handler is MediaHandler {
  const known = classes && [
    classes.RtpPacketizer,
    classes.H264RtpPacketizer,
    classes.H265RtpPacketizer,
    classes.AV1RtpPacketizer,
    classes.RtcpSrReporter,
    classes.RtcpNackResponder,
    classes.RtcpReceivingSession,
    classes.PacingHandler,
  ];
  if (!known?.some((type) => readFrom('handler', () => handler instanceof type))) {
    throw wrongType('handler', 'a media handler of node-datachannel', handler);
  }
}

const ownerOf = new WeakMap<MediaHandler, object>();

/** In two tracks a handler mixes up their packets: sequence numbers, what is sent again, what is reported. */
export function claimMediaHandler(handler: MediaHandler, track: object, path: string): void {
  const owner = ownerOf.get(handler);
  if (owner !== undefined && owner !== track) {
    throw new RtcInvalidStateError('the handler is set on another track; make one for each', { path });
  }
  ownerOf.set(handler, track);
}
