import { assertStreams, type MediaStream, MediaStreamTrack } from './media-stream-track.js';
import { RTCRtpReceiver, RTCRtpTransceiver } from './rtc-rtp-transceiver.js';
import { dictionary } from './web-idl.js';
import type { EventInit } from './w3c-types.js';

interface TrackEventInit extends EventInit {
  readonly receiver: RTCRtpReceiver;
  readonly track: MediaStreamTrack;
  readonly streams?: Iterable<MediaStream> | undefined;
  readonly transceiver: RTCRtpTransceiver;
}

/** The W3C's `RTCTrackEvent`: the peer sends in a section. */
export class RTCTrackEvent extends Event {
  readonly #receiver: RTCRtpReceiver;
  readonly #track: MediaStreamTrack;
  readonly #streams: readonly MediaStream[];
  readonly #transceiver: RTCRtpTransceiver;

  constructor(type: string, init: TrackEventInit) {
    // oxlint-disable-next-line prefer-rest-params -- a missing argument is a mistake of its own
    if (arguments.length < 2) throw new TypeError('RTCTrackEvent: 2 arguments are required');
    super(type, init);
    const { receiver, track, streams, transceiver } = dictionary(init, 'RTCTrackEvent: init');
    const isComplete =
      receiver instanceof RTCRtpReceiver &&
      track instanceof MediaStreamTrack &&
      transceiver instanceof RTCRtpTransceiver;
    if (!isComplete) throw new TypeError('RTCTrackEvent: init needs receiver, track and transceiver');
    this.#receiver = receiver;
    this.#track = track;
    this.#streams = Object.freeze(assertStreams(streams ?? []));
    this.#transceiver = transceiver;
  }

  get receiver(): RTCRtpReceiver {
    return this.#receiver;
  }

  get track(): MediaStreamTrack {
    return this.#track;
  }

  get streams(): readonly MediaStream[] {
    return this.#streams;
  }

  get transceiver(): RTCRtpTransceiver {
    return this.#transceiver;
  }
}
