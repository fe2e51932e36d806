import type { MediaTrack } from 'scoped-rtc';

/** An RTP packet (RFC 3550) of payload type 96 with sequence number `n`. */
export function rtp(n: number, ssrc: number): Buffer {
  const packet = Buffer.alloc(60, n);
  packet.set([0x80, 96]);
  packet.writeUInt16BE(n % 2 ** 16, 2);
  packet.writeUInt32BE(n * 3000, 4);
  packet.writeUInt32BE(ssrc, 8);
  return packet;
}

/** Counts the RTP packets of `ssrc` that come by `track`. */
export function countPackets(track: MediaTrack, ssrc: number): { readonly count: number } {
  const seen = { count: 0 };
  track.on('message', (packet) => {
    if (typeof packet !== 'string' && packet[1] === 96 && packet.readUInt32BE(8) === ssrc) seen.count++;
  });
  return seen;
}

/** Sends until `enough()`: RTP is not reliable. Throws when it never is. */
export async function sendUntil(track: MediaTrack, ssrc: number, enough: () => boolean): Promise<void> {
  for (let n = 0; !enough(); n++) {
    if (n > 3000) throw new Error(`no packet of ${track.path} arrived`);
    await track.send(rtp(n, ssrc));
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
