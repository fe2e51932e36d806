import { expect } from 'vitest';
import { RtcRuntime } from 'scoped-rtc';
import { type ScopedWebRTC, scopedWebRTC } from '../../src/compat/w3c/index.js';
import { afterTurn } from '../../src/time/clock.js';
import type { DataChannel, PeerConnection, RtpTransceiver } from '../../src/compat/w3c/w3c-types.js';

type W3c = ScopedWebRTC & { RTCPeerConnection: new (configuration?: object) => PeerConnection };

/** Two W3C connections in scopes of their own; everything is given back at the end. */
export class Pair implements AsyncDisposable {
  readonly scopes = [RtcRuntime.acquire('near'), RtcRuntime.acquire('far')] as const;
  readonly w3c = scopedWebRTC(this.scopes[0]) as W3c;
  readonly near: PeerConnection = new this.w3c.RTCPeerConnection();
  readonly far: PeerConnection = new (scopedWebRTC(this.scopes[1]) as W3c).RTCPeerConnection();

  /** MDN's "perfect negotiation" in both, over a signaling that takes a turn. `alter` changes what far answers. */
  negotiate(alter: (sdp: string) => string = (sdp) => sdp): void {
    const ends = [
      { pc: this.near, other: this.far, polite: true },
      { pc: this.far, other: this.near, polite: false },
    ];
    const receivers = new Map<PeerConnection, (message: Message) => Promise<void>>();
    for (const { pc, other, polite } of ends) {
      const send = (message: Message) => void afterTurn(() => receivers.get(other)?.(message));
      let makingOffer = false;
      let ignores = false;
      pc.onicecandidate = ({ candidate }) => send({ candidate: candidate?.toJSON() ?? null });
      const describe = () => {
        const { type, sdp = '' } = pc.localDescription?.toJSON() ?? {};
        send({ description: { type, sdp: pc === this.far ? alter(sdp) : sdp } as never });
      };
      pc.onnegotiationneeded = async () => {
        makingOffer = true;
        await pc.setLocalDescription();
        describe();
        makingOffer = false;
      };
      receivers.set(pc, async (message) => {
        if (pc.signalingState === 'closed') return;
        if ('candidate' in message) {
          await pc.addIceCandidate(message.candidate).catch((error: unknown) => {
            if (!ignores && pc.signalingState !== 'closed') throw error;
          });
          return;
        }
        const collides =
          message.description.type === 'offer' && (makingOffer || pc.signalingState !== 'stable');
        ignores = !polite && collides;
        if (ignores) return;
        await pc.setRemoteDescription(message.description);
        if (message.description.type !== 'offer') return;
        await pc.setLocalDescription();
        describe();
      });
    }
  }

  /** A channel of near, open at both ends. */
  async channel(): Promise<[near: DataChannel, far: DataChannel]> {
    const arrived = new Promise<DataChannel>((resolve) => {
      this.far.ondatachannel = ({ channel }) => (channel.onopen = () => resolve(channel));
    });
    const near = this.near.createDataChannel('chat');
    this.negotiate();
    await once(near, 'open');
    return [near, await arrived];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.scopes.map((scope) => scope.disposeAsync()));
    expect(RtcRuntime.shared.threads().count).toBe(0);
  }
}

type Message =
  | { readonly candidate: object | null }
  | { readonly description: { readonly type: 'offer' | 'answer'; readonly sdp: string } };

export function once<E extends Event>(target: EventTarget | object, type: string): Promise<E> {
  return new Promise((resolve) =>
    (target as EventTarget).addEventListener(type, (event) => resolve(event as E), { once: true }),
  );
}

/** One round of negotiation, over a signaling that loses nothing. */
export async function exchange(from: PeerConnection, to: PeerConnection): Promise<void> {
  await from.setLocalDescription();
  await to.setRemoteDescription(from.localDescription!);
  await to.setLocalDescription();
  await from.setRemoteDescription(to.localDescription!);
}

/** The transceiver of the same section at another end. */
export const other = (pc: PeerConnection, { mid }: RtpTransceiver) =>
  pc.getTransceivers().find((each) => each.mid === mid)!;
