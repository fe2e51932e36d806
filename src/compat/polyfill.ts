import { importerIn } from './redirects.js';
import { ownerOf } from './package-api.js';
import { polyfillApi } from './polyfill-api.js';

const api = polyfillApi(ownerOf(importerIn(import.meta.url)));

export const {
  RTCCertificate,
  RTCDataChannel,
  RTCDtlsTransport,
  RTCIceCandidate,
  RTCIceTransport,
  RTCPeerConnection,
  RTCSctpTransport,
  RTCSessionDescription,
  RTCDataChannelEvent,
  RTCPeerConnectionIceEvent,
  RTCError,
} = api;

// As node-datachannel/polyfill has it.
// oxlint-disable-next-line import/no-default-export
export default api;
