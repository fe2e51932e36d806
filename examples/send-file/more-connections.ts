import { type DataChannel, messageChannelSignaling, type PeerConnection, type RtcScope } from 'scoped-rtc';
import type { Widen } from '../support/file-transfer.js';

/**
 * Opens more connections to the peer of `pc`, one after the other. A data channel of `pc` is the signaling of each, so that
 * they need no other server.
 */
export function openConnections(rtc: RtcScope, pc: PeerConnection): Widen {
  return async (count) => {
    const channels: DataChannel[] = [];
    for (let n = 1; n <= count; n++) {
      const signaling = pc.createDataChannel(`signaling-${n}`);
      const next = rtc.createPeerConnection(`sender-${n}`);
      const channel = next.createDataChannel('file');
      await next.negotiate(messageChannelSignaling(signaling));
      channels.push(await channel.opened());
    }
    return channels;
  };
}

/** Accepts what `openConnections` opens. */
export function acceptConnections(rtc: RtcScope, pc: PeerConnection): Widen {
  return async (count) => {
    const channels: DataChannel[] = [];
    for (let n = 1; n <= count; n++) {
      const signaling = await pc.nextDataChannel();
      const next = rtc.createPeerConnection(`receiver-${n}`);
      await next.negotiate(messageChannelSignaling(signaling));
      channels.push(await next.nextDataChannel());
    }
    return channels;
  };
}
