// A listener for unknown STUN requests is open when its scope ends: cleanup does not stop it (H16).
import { RtcRuntime } from '../../../src/index.js';
import { freeUdpPort } from '../../support/free-port.js';
import { mainDone, say } from './say.js';

{
  await using rtc = RtcRuntime.acquire('app');
  const port = await freeUdpPort();
  const listener = rtc.createIceUdpMuxListener(port, '127.0.0.1');
  listener.on('unhandledStunRequest', () => {});
  say({ same: listener.port === port, state: listener.state });
  listener.on('close', ({ by }) => say({ by }));
}
say({ cleanups: RtcRuntime.shared.cleanups, threads: RtcRuntime.shared.threads().count });
mainDone();
