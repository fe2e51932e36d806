import { packagePolyfill } from '../../native/load.js';
import { readFrom, wrongType } from '../../arguments/argument.js';
import type { RtcScope } from '../../runtime/rtc-scope.js';
import type { PolyfillApi } from '../polyfill-api.js';
import { type CertificateAlgorithm, RTCCertificate } from './rtc-certificate.js';
import { RTCDataChannel } from './rtc-data-channel.js';
import {
  RTCDataChannelEvent,
  RTCErrorEvent,
  RTCPeerConnectionIceErrorEvent,
  RTCPeerConnectionIceEvent,
} from './rtc-events.js';
import { iceCandidateClass } from './rtc-ice-candidate.js';
import { RTCPeerConnection } from './rtc-peer-connection.js';
import { MediaStream, MediaStreamTrack } from './media-stream-track.js';
import { RTCRtpReceiver, RTCRtpSender, RTCRtpTransceiver } from './rtc-rtp-transceiver.js';
import { sessionDescriptionClass } from './rtc-session-description.js';
import { RTCTrackEvent } from './rtc-track-event.js';
import { RTCDtlsTransport, RTCIceTransport, RTCSctpTransport } from './transports.js';
import type * as w3c from './w3c-types.js';

/** The classes as they are typed without TypeScript's DOM library. */
interface OwnTypes {
  RTCPeerConnection: {
    prototype: w3c.PeerConnection;
    new (configuration?: w3c.Configuration): w3c.PeerConnection;
    generateCertificate(keygenAlgorithm: CertificateAlgorithm | string): Promise<w3c.Certificate>;
  };
  RTCDataChannel: { prototype: w3c.DataChannel; new (): w3c.DataChannel };
  RTCSessionDescription: {
    prototype: w3c.SessionDescription;
    new (init: w3c.SessionDescriptionInit): w3c.SessionDescription;
  };
  RTCIceCandidate: { prototype: w3c.IceCandidate; new (init?: w3c.IceCandidateInit): w3c.IceCandidate };
  RTCPeerConnectionIceEvent: {
    prototype: w3c.IceCandidateEvent;
    new (type: string, init?: w3c.EventInit & { candidate?: w3c.IceCandidate | null }): w3c.IceCandidateEvent;
  };
  RTCPeerConnectionIceErrorEvent: {
    prototype: w3c.IceErrorEvent;
    new (type: string, init: w3c.EventInit & { errorCode: number }): w3c.IceErrorEvent;
  };
  RTCDataChannelEvent: {
    prototype: w3c.ChannelEvent;
    new (type: string, init: w3c.EventInit & { channel: w3c.DataChannel }): w3c.ChannelEvent;
  };
  RTCErrorEvent: {
    prototype: w3c.ChannelErrorEvent;
    new (type: string, init: w3c.EventInit & { error: DOMException }): w3c.ChannelErrorEvent;
  };
  RTCError: { prototype: DOMException; new (init: { errorDetail: string }, message?: string): DOMException };
  RTCCertificate: { prototype: w3c.Certificate };
  RTCDtlsTransport: { prototype: EventTarget };
  RTCIceTransport: { prototype: EventTarget };
  RTCSctpTransport: { prototype: EventTarget };
  RTCRtpTransceiver: { prototype: w3c.RtpTransceiver };
  RTCRtpSender: { prototype: w3c.RtpSender; getCapabilities(kind: string): w3c.RtpCapabilities | null };
  RTCRtpReceiver: { prototype: w3c.RtpReceiver; getCapabilities(kind: string): w3c.RtpCapabilities | null };
  RTCTrackEvent: {
    prototype: w3c.TrackEvent;
    new (type: string, init: w3c.EventInit & w3c.TrackEventInit): w3c.TrackEvent;
  };
  MediaStreamTrack: { prototype: w3c.MediaTrackObject };
  MediaStream: {
    prototype: w3c.MediaStreamObject;
    new (given?: w3c.MediaStreamObject | readonly w3c.MediaTrackObject[]): w3c.MediaStreamObject;
  };
}

/** The W3C classes, each of whose natives a scope owns; what `simple-peer` calls `wrtc`. The DOM's types where they are there. */
export type ScopedWebRTC = {
  readonly [N in keyof OwnTypes]: typeof globalThis extends Record<N, infer T> ? T : OwnTypes[N];
};

/**
 * The W3C's WebRTC objects. Every connection made with them is owned by `scope`: torn down with it,
 * drained. Throws a `TypeError` for what is no scope, `RTC_BINDING_UNAVAILABLE` and `RTC_WRONG_THREAD` as the scope's
 * own factories do. A connection made after the scope has ended throws `RTC_SCOPE_DISPOSED`.
 */
export function scopedWebRTC(scope: RtcScope): ScopedWebRTC {
  const isScope =
    typeof scope === 'object' &&
    scope !== null &&
    // By what it can do: it may come from another copy of the package, with which the runtime is shared.
    typeof readFrom('scope', () => scope.createPeerConnection) === 'function';
  if (!isScope) throw wrongType('scope', 'an RtcScope', scope);
  const { default: _, ...polyfill } = packagePolyfill() as { default: unknown } & PolyfillApi;
  const classes = {
    ...polyfill,
    RTCIceCandidate: iceCandidateClass(),
    RTCSessionDescription: sessionDescriptionClass(),
  } as never as PolyfillApi;
  let made = 0;

  class ScopedPeerConnection extends RTCPeerConnection {
    /** A key and a certificate of its own, for `certificates`; the first of these is used. */
    static generateCertificate(keygenAlgorithm: CertificateAlgorithm | string): Promise<RTCCertificate> {
      return RTCCertificate.generate(keygenAlgorithm);
    }

    // With a default, so that its `length` is that of a browser's.
    constructor(configuration: w3c.Configuration | undefined = undefined) {
      super(scope, classes, `peer-${++made}`, configuration);
    }
  }
  Object.defineProperty(ScopedPeerConnection, 'name', { value: 'RTCPeerConnection' });

  return {
    ...classes,
    RTCPeerConnection: ScopedPeerConnection,
    RTCCertificate,
    RTCDataChannel,
    RTCDataChannelEvent,
    RTCDtlsTransport,
    RTCErrorEvent,
    RTCIceTransport,
    RTCSctpTransport,
    RTCRtpReceiver,
    RTCRtpSender,
    RTCRtpTransceiver,
    RTCTrackEvent,
    MediaStream,
    MediaStreamTrack,
    RTCPeerConnectionIceErrorEvent,
    RTCPeerConnectionIceEvent,
  } as unknown as ScopedWebRTC;
}
