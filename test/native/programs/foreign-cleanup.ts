// Both faces of node-datachannel call cleanup while hooks are there, and then without.
import { createRequire } from 'node:module';
import * as esm from 'node-datachannel';
import { loadBinding } from '../../../src/native/load.js';

const cjs = createRequire(import.meta.url)('node-datachannel') as typeof esm;
process.on('uncaughtException', (error) => console.log(`uncaught ${error.message}`));
const binding = loadBinding();
const isAlive = () => pc.state() !== 'closed';
let pc = new binding.PeerConnection('x', { iceServers: [] });
const hook = (name: string) =>
  binding.onForeignCleanup?.(
    () => console.log(`${name} before alive ${isAlive()}`),
    () => console.log(`${name} after alive ${isAlive()}`),
  );
const removeFirst = hook('first');
const removeSecond = hook('second');
const removeThrowing = binding.onForeignCleanup?.(
  () => {
    throw new Error('hook');
  },
  () => {},
);

console.log('esm');
esm.cleanup();
removeThrowing?.();
removeSecond?.();
pc = new binding.PeerConnection('y', { iceServers: [] });
console.log('cjs');
cjs.cleanup();
console.log('own');
binding.cleanup();
removeFirst?.();
removeFirst?.();
console.log('removed');
cjs.cleanup();
esm.cleanup();
