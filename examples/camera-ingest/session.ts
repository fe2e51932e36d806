import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import type { MediaTrack, PeerConnection, RtcScope } from 'scoped-rtc';
import { H264Depacketizer } from './h264-depacketizer.js';

/** One camera: its connection, and the file that it fills. */
export class Session {
  readonly path: string;
  readonly answer: string;
  /** Resolves when the connection has ended and the file is whole. */
  readonly ended: Promise<void>;
  readonly #connection: PeerConnection;

  private constructor(id: string, answer: string, connection: PeerConnection, ended: Promise<void>) {
    this.path = `/session/${id}`;
    this.answer = answer;
    this.#connection = connection;
    this.ended = ended;
  }

  /** Answers an offer; throws a `TypeError` for one without a video that can be taken. */
  static async answer(rtc: RtcScope, sdp: string, folder: string): Promise<Session> {
    const { mid, payloadType } = h264In(sdp);
    const id = randomUUID();
    const connection = rtc.createPeerConnection(id);
    try {
      // Ours first: the answer then has this codec alone, of all that were offered.
      const track = connection.addTrack({
        kind: 'video',
        mid,
        direction: 'RecvOnly',
        codecs: [{ codec: 'H264', payloadType, profile: 'packetization-mode=1' }],
      });
      const answer = await connection.answer({ type: 'offer', sdp }, { timeout: 5_000 });
      return new Session(id, answer.sdp, connection, record(track, join(folder, `${id}.h264`)));
    } catch (error) {
      void connection.abort(error);
      throw error;
    }
  }

  async end(): Promise<void> {
    await this.#connection.close();
    await this.ended;
  }
}

/** Writes what comes by the track to a file, until the track has closed. */
async function record(track: MediaTrack, file: string): Promise<void> {
  track.setMediaHandlers({ receivingSession: true });
  const out = createWriteStream(file);
  const depacketizer = new H264Depacketizer(() => track.requestKeyframe());
  try {
    for await (const packet of track) {
      for (const unit of depacketizer.push(packet as Buffer)) out.write(unit);
    }
  } catch (error) {
    console.error(`${track.path}: ${(error as Error).message}`); // of this camera; the others go on
  }
  out.end();
  await finished(out);
  console.log(`received ${file}: ${depacketizer.units} NAL units, ${out.bytesWritten} bytes`);
}

/** The first media section of the offer that has H.264 which may be cut into several packets (RFC 6184, mode 1). */
function h264In(sdp: string): { mid: string; payloadType: number } {
  const section = sdp.split(/^m=/m).find((media) => media.startsWith('video ')) ?? '';
  const mid = /^a=mid:(\S+)/m.exec(section)?.[1];
  const types = [...section.matchAll(/^a=rtpmap:(\d+) H264\/90000/gim)].map(([, type]) => type);
  const type = types.find((one) => new RegExp(`^a=fmtp:${one} .*packetization-mode=1`, 'm').test(section));
  if (mid === undefined || type === undefined) throw new TypeError('the offer has no H.264 video');
  return { mid, payloadType: Number(type) };
}
