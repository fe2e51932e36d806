import type { MediaHandler, RtpPacketizationConfig, RtpPacketizer } from 'node-datachannel';
import { RtcInvalidStateError } from '../../errors/rtc-error.js';
import { readFrom, wrongType } from '../../arguments/argument.js';
import { callNative } from '../../native/call-native.js';
import type { NativeMediaHandlers } from '../../native/binding.js';
import type { CheckedMediaHandlers, PacketizerOptions } from '../../native/validate/media-handlers.js';

/** The handlers of one track, in the order in which packets pass them. */
export interface MediaChain {
  /** All of them: the addon's wrappers are kept for as long as the track. */
  readonly handlers: readonly MediaHandler[];
  /** Where the packetizer reads its timestamp from. */
  readonly rtp: RtpPacketizationConfig | undefined;
  /** What is sent may be larger than a packet. */
  readonly takesFrames: boolean;
}

/**
 * Makes the addon's handlers from plain settings and links them. Ready-made ones are not taken: the addon loops for
 * ever on a chain with a cycle or a fragment size of 2, aborts on a bad number of packets, and mixes up tracks that
 * share a handler; none of it can be seen in the object.
 */
export function makeMediaChain(
  classes: NativeMediaHandlers,
  settings: CheckedMediaHandlers,
  path: string,
): MediaChain {
  return callNative(path, 'setMediaHandlers', () => {
    const { packetizer, senderReports, nackResponder, pacing, receivingSession } = settings;
    const handlers: MediaHandler[] = [];
    const rtp = packetizer && makeConfig(classes, packetizer);
    if (packetizer && rtp) handlers.push(makePacketizer(classes, packetizer, rtp));
    if (senderReports && rtp) handlers.push(new classes.RtcpSrReporter(rtp));
    if (nackResponder !== undefined) handlers.push(new classes.RtcpNackResponder(nackResponder));
    if (receivingSession) handlers.push(new classes.RtcpReceivingSession());
    // The last one to see a packet: it keeps them, and those behind it would see none.
    if (pacing) handlers.push(new classes.PacingHandler(pacing.bitsPerSecond, pacing.interval));
    const [first, ...others] = handlers;
    for (const other of others) first?.addToChain(other);
    return { handlers, rtp, takesFrames: rtp !== undefined };
  });
}

function makeConfig(classes: NativeMediaHandlers, options: PacketizerOptions): RtpPacketizationConfig {
  const { ssrc, cname, payloadType, clockRate, videoOrientationId, playoutDelay } = options;
  const rtp = new classes.RtpPacketizationConfig(
    ssrc,
    cname,
    payloadType,
    clockRate,
    videoOrientationId ?? 0,
  );
  if (playoutDelay) {
    rtp.playoutDelayId = playoutDelay.id;
    rtp.playoutDelayMin = playoutDelay.min;
    rtp.playoutDelayMax = playoutDelay.max;
  }
  return rtp;
}

function makePacketizer(
  classes: NativeMediaHandlers,
  options: PacketizerOptions,
  rtp: RtpPacketizationConfig,
): RtpPacketizer {
  const { format, separator = 'StartSequence', packetization = 'TemporalUnit' } = options;
  const size = options.maxFragmentSize ?? DEFAULT_FRAGMENT_BYTES;
  switch (format) {
    case 'H264':
      return new classes.H264RtpPacketizer(separator, rtp, size);
    case 'H265':
      return new classes.H265RtpPacketizer(separator, rtp, size);
    case 'AV1':
      return new classes.AV1RtpPacketizer(packetization, rtp, size);
    case 'RTP':
      return new classes.RtpPacketizer(rtp);
  }
}

/** libdatachannel's: an MTU of 1280 bytes less the headers of IPv6, UDP and SRTP (`rtppacketizer.hpp`). */
const DEFAULT_FRAGMENT_BYTES = 1220;

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
