// What is set up in the library by whom: `ours` alone, or after other code that has loaded the library, with settings or not.
import nodeModule from 'node:module';
import { RtcRuntime } from 'scoped-rtc';

type Addon = { setSctpSettings?: (settings: object) => void };
type Load = (module: { exports: Addon }, filename: string) => void;

const set: object[] = [];
const extensions = (nodeModule as unknown as { _extensions: Record<string, Load> })._extensions;
const load = extensions['.node'] as Load;
extensions['.node'] = (module, filename) => {
  load(module, filename);
  const addon = module.exports;
  const native = addon.setSctpSettings;
  if (!native) return;
  addon.setSctpSettings = (settings) => {
    set.push(settings);
    native.call(addon, settings);
  };
};

const [way] = process.argv.slice(2);
if (way === 'after') (await import('node-datachannel')).setSctpSettings({ recvBufferSize: 300_000 });
if (way === 'asked') await import('node-datachannel');
for (let generation = 0; generation < 2; generation++) {
  await using scope = RtcRuntime.acquire('app');
  if (way === 'asked') RtcRuntime.shared.setSctpSettings({ sendBufferSize: 2_000_000 });
  scope.createPeerConnection('alice');
}
console.log(JSON.stringify({ set }));
