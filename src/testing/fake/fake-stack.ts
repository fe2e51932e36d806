/**
 * How another implementation of WebRTC treats the streams of a connection, where it differs from libdatachannel. Taken from
 * the sources named at each.
 */
export interface FakeStack {
  readonly name: 'libdatachannel' | 'aiortc' | 'gstreamer' | 'browser';
  /** Who gives the even stream ids: the DTLS client (RFC 8832, section 6), or the ICE end that offers, which controls. */
  readonly evenIds: 'dtlsClient' | 'offerer';
  /** What comes to a stream that is in use, or that is not the peer's to open, is refused with a reset; otherwise ignored. */
  readonly refuses: boolean;
  /** Whether it takes a channel of the peer whose stream id is not the peer's to give. */
  readonly takesAnyId: boolean;
  /**
   * Milliseconds for which a stream id stays in use, at the most, when both resets are complete; until then it takes no
   * new channel on it. `undefined`: it is free with the peer's reset.
   */
  readonly holdsIds: number | undefined;
}

export const LIBDATACHANNEL: FakeStack = {
  name: 'libdatachannel',
  evenIds: 'dtlsClient',
  refuses: true,
  takesAnyId: false,
  holdsIds: undefined,
};

/**
 * `rtcsctptransport.py`: ids by the ICE role (`start`), an OPEN for a stream in its table fails an assertion, messages for
 * others are dropped, and a stream leaves the table with the response to its own reset (`_data_channel_closed`).
 */
export const AIORTC: FakeStack = {
  name: 'aiortc',
  evenIds: 'offerer',
  refuses: false,
  takesAnyId: true,
  holdsIds: 0,
};

/** Seen with GStreamer 1.22, not read: a channel on an id that its SCTP elements are still closing never opens. */
export const GSTREAMER: FakeStack = {
  name: 'gstreamer',
  evenIds: 'dtlsClient',
  refuses: false,
  takesAnyId: true,
  holdsIds: 40,
};

/**
 * libwebrtc, `data_channel_controller.cc`: the closing procedure takes turns of two threads behind the resets, and only its
 * end frees the id (`OnChannelClosed`); an OPEN for an id that is in use fails with a line in the log.
 */
export const BROWSER: FakeStack = {
  name: 'browser',
  evenIds: 'dtlsClient',
  refuses: false,
  takesAnyId: true,
  holdsIds: 10,
};
