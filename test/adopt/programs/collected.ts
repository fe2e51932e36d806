// Adopts natives that their maker has ended, lets the collector have what nobody keeps, and cleans up.
import { RtcRuntime, type RtcScope } from 'scoped-rtc';
import { say } from '../../lifecycle/programs/say.js';
import { commonJs } from '../raw-pair.js';

const ADOPTIONS = 20;
const collect = (globalThis as unknown as { gc: () => void }).gc;

/** What is left of it afterwards is the handle alone, which has closed. */
const adopt: Readonly<Record<string, (scope: RtcScope) => Promise<unknown>>> = {
  WebSocket: (scope) => {
    const socket = new commonJs.WebSocket();
    socket.close();
    return scope.adoptNative(socket).closed();
  },
  DataChannel: (scope) => {
    const connection = new commonJs.PeerConnection('raw', { iceServers: [] });
    const channel = connection.createDataChannel('chat');
    channel.close();
    connection.close();
    return scope.adoptNative(channel).closed();
  },
  PeerConnection: (scope) => {
    const connection = new commonJs.PeerConnection('raw', { iceServers: [] });
    connection.close();
    return scope.adoptNative(connection).closed();
  },
};

const scope = RtcRuntime.acquire('adopting');
for (let i = 0; i < ADOPTIONS; i++) {
  await adopt[process.argv[2] ?? '']?.(scope);
  // Wrappers are finalized in a turn after they were collected.
  collect();
  await new Promise((resolve) => setImmediate(resolve));
}
await scope.disposeAsync();
say({ cleanups: RtcRuntime.shared.cleanups });
