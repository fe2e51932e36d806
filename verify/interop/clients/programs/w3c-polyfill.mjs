// The W3C's classes of this package in the form of a polyfill; see `replacePolyfill`.
import { classes } from './support.mjs';

export const { RTCPeerConnection, RTCSessionDescription, RTCIceCandidate, RTCDataChannel } = await classes();
