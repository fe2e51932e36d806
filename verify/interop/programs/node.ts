import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import './w3c-peer.js';
import { sayLine, takeLines } from './lines.js';

/**
 * A peer in Node.js: `node.ts wrtc|werift|raw MODULES`. What is not of this package is taken from the folder
 * MODULES. `raw` is node-datachannel, by its polyfill.
 */
const [, , kind = '', modules = ''] = process.argv;

interface Api {
  RTCPeerConnection: unknown;
  getMedia?(kind: string): unknown;
  offersItself?: boolean;
}
declare global {
  var makePeer: (api: Api & { out: (message: object) => void }) => (message: object) => void;
}

// oxlint-disable-next-line typescript/no-explicit-any -- packages without types here
const load = async (name: string): Promise<any> => {
  const { resolve } = createRequire(pathToFileURL(`${modules}/`));
  const loaded = await import(pathToFileURL(resolve(name)).href);
  return loaded.RTCPeerConnection ? loaded : loaded.default;
};

const apis: Record<string, () => Promise<Api>> = {
  async wrtc() {
    const { RTCPeerConnection, MediaStream, nonstandard } = await load('@roamhq/wrtc');
    return {
      RTCPeerConnection,
      getMedia(wanted) {
        const stream = new MediaStream();
        const isAudio = wanted === 'audio';
        const source = isAudio ? new nonstandard.RTCAudioSource() : new nonstandard.RTCVideoSource();
        stream.addTrack(source.createTrack());
        const audio = { sampleRate: 48_000, bitsPerSample: 16, channelCount: 1, numberOfFrames: 480 };
        let n = 0;
        if (isAudio) setInterval(() => source.onData({ ...audio, samples: new Int16Array(480) }), 10);
        else
          setInterval(() => {
            const data = new Uint8ClampedArray(320 * 240 * 1.5).fill((n++ * 3) & 255);
            source.onFrame({ width: 320, height: 240, data });
          }, 66);
        return stream;
      },
    };
  },
  async werift() {
    const { RTCPeerConnection, MediaStreamTrack, RtpHeader, RtpPacket } = await load('werift');
    return {
      RTCPeerConnection,
      getMedia(wanted) {
        const track = new MediaStreamTrack({ kind: wanted });
        let sequenceNumber = 0;
        setInterval(() => {
          sequenceNumber = (sequenceNumber + 1) & 0xffff;
          const fields = { version: 2, payloadType: 96, ssrc: 777, marker: true };
          const header = new RtpHeader({ ...fields, sequenceNumber, timestamp: sequenceNumber * 960 });
          track.writeRtp(new RtpPacket(header, Buffer.alloc(100, 7)));
        }, 20);
        return { getTracks: () => [track] };
      },
    };
  },
  async raw() {
    const { RTCPeerConnection } = await import('node-datachannel/polyfill');
    return { RTCPeerConnection, offersItself: true };
  },
};

const api = await (apis[kind] as () => Promise<Api>)();
const take = globalThis.makePeer({ ...api, out: sayLine });
process.on('uncaughtException', (error) => sayLine({ event: 'error', text: `uncaught: ${error.message}` }));
process.on('unhandledRejection', (reason) =>
  sayLine({ event: 'error', text: `unhandled: ${String(reason)}` }),
);
takeLines(
  (message) => (message.call === 'die' ? process.kill(process.pid, 'SIGKILL') : take(message)),
  () => process.exit(0),
);
sayLine({ event: 'ready' });
