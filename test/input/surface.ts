import * as api from 'scoped-rtc';
import {
  dataChannelMembers,
  handleMembers,
  iceUdpMuxListenerMembers,
  mediaTrackMembers,
  messageChannelMembers,
  peerConnectionMembers,
  webSocketMembers,
  webSocketServerMembers,
} from './handle-members.js';
import { acknowledgedChannelMembers } from './signaling-members.js';
import type { Member } from './member.js';
import { runtimeMembers, scopeMembers } from './owner-members.js';

// oxlint-disable-next-line typescript/no-explicit-any -- the table is walked by name, whatever the class
export type AnyMember = Member<any>;
/** A class, whoever may construct it. */
export interface AnyClass {
  readonly prototype: object;
}

/** Every class of the public API with the table of its members. */
export const CLASSES: Readonly<Record<string, readonly [AnyClass, Readonly<Record<string, AnyMember>>]>> = {
  RtcRuntime: [api.RtcRuntime, runtimeMembers],
  Scope: [api.Scope, scopeMembers],
  RtcScope: [api.RtcScope, scopeMembers],
  Handle: [api.Handle, handleMembers],
  MessageChannel: [api.MessageChannel, messageChannelMembers],
  DataChannel: [api.DataChannel, dataChannelMembers],
  MediaTrack: [api.MediaTrack, mediaTrackMembers],
  WebSocket: [api.WebSocket, webSocketMembers],
  WebSocketServer: [api.WebSocketServer, webSocketServerMembers],
  IceUdpMuxListener: [api.IceUdpMuxListener, iceUdpMuxListenerMembers],
  PeerConnection: [api.PeerConnection, peerConnectionMembers],
  AcknowledgedChannel: [api.AcknowledgedChannel, acknowledgedChannelMembers],
};

/** Exported functions; those that take arguments are tried in the test. */
export const FUNCTIONS = ['joinRoom', 'memorySignaling', 'messageChannelSignaling', 'webSocketSignaling'];

/** Static members of the classes, tried in the test. */
export const STATICS: Readonly<Record<string, readonly PropertyKey[]>> = {
  RtcRuntime: ['shared', 'acquire'],
  Handle: [Symbol.hasInstance],
};

/** Members for the rest of the package only; the published types do not have them. */
const INTERNAL = new Set([
  'constructor',
  ...['spawn', 'assertUsable'],
  ...[
    'dispatch',
    'end',
    'fail',
    'hasListener',
    'markOpen',
    'reason',
    'assertCanOwn',
    'teardownBound',
    'endingError',
    'closedError',
  ],
  ...['onFirstListener', 'onClosing', 'onClosed', 'loss', 'figures', 'drainNative', 'releaseNative'],
  ...['allArrived', 'expect', 'messageAccepted', 'nativeOpened'],
  ...['checkClosed', 'closedByPeer', 'nowOpen', 'takesItself', 'takesMessages', 'sent', 'inbox', 'received'],
  ...[
    'refusedByPeer',
    'hasSent',
    'exchange',
    'progress',
    'takeOver',
    'adoptChannel',
    'servers',
    'unread',
    'isToBeRetained',
    'isUninformed',
  ],
  ...['dial', 'cannotConnect', 'nativeLimit', 'details', 'Symbol(scoped-rtc.trace)'],
]);

/** The public members that are really there, with the object that has them: its own first, then what it inherits. */
export function membersOf(type: AnyClass): Map<string, PropertyDescriptor & { readonly owner: object }> {
  const found = new Map<string, PropertyDescriptor & { readonly owner: object }>();
  for (let at = type.prototype; at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    for (const key of Reflect.ownKeys(at)) {
      const name = String(key);
      if (INTERNAL.has(name) || name.startsWith('Symbol(scoped-rtc.') || found.has(name)) continue;
      found.set(name, { ...(Object.getOwnPropertyDescriptor(at, key) as PropertyDescriptor), owner: at });
    }
  }
  return found;
}

/** Exported errors are made by users too, but they are no way into the library. */
export function isError(value: unknown): boolean {
  return typeof value === 'function' && value.prototype instanceof Error;
}
