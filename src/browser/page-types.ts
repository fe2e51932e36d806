import type { WebSocketLike } from '../signaling/wire/message-transport.js';

// The members that are used of a page's classes, as types of their own: those of lib.dom fit, and those of packages
// that bring the W3C's classes to Node.js. Neither has to be installed.

interface Description {
  readonly type: string;
  readonly sdp?: string;
}

// oxlint-disable-next-line typescript/no-explicit-any -- every DOM's own types of events fit
type Listener = (event: any) => void;

/** The members that are used of an `RTCPeerConnection`. */
export interface PeerConnectionLike {
  readonly signalingState: string;
  readonly connectionState: string;
  readonly localDescription: Description | null;
  readonly remoteDescription: Description | null;
  createOffer(): Promise<Description>;
  setLocalDescription(): Promise<void>;
  // oxlint-disable-next-line typescript/no-explicit-any -- `RTCSessionDescriptionInit`
  setRemoteDescription(description: any): Promise<void>;
  // oxlint-disable-next-line typescript/no-explicit-any -- `RTCIceCandidateInit`
  addIceCandidate(candidate?: any): Promise<void>;
  addEventListener(event: string, listener: Listener): void;
  removeEventListener(event: string, listener: Listener): void;
}

/** The members that are used of an `RTCDataChannel`. */
export interface DataChannelLike extends WebSocketLike {
  binaryType: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- text or bytes
  send(data: any): void;
}
