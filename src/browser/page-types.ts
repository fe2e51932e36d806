import type { WebSocketLike } from '../signaling/wire/message-transport.js';

// What is used of the classes of a page, in the form of types: they fit those of lib.dom, and of the packages that bring
// the W3C's classes to Node.js, and neither need be there.

interface Description {
  readonly type: string;
  readonly sdp?: string;
}

// oxlint-disable-next-line typescript/no-explicit-any -- every DOM's own types of events fit
type Listener = (event: any) => void;

/** What is used of an `RTCPeerConnection`. */
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

/** What is used of an `RTCDataChannel`. */
export interface DataChannelLike extends WebSocketLike {
  binaryType: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- text or bytes
  send(data: any): void;
}
