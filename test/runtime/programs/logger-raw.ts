// A logger of the binding alone: nothing else is made.
import { createRequire } from 'node:module';

const ndc = createRequire(import.meta.url)('node-datachannel') as typeof import('node-datachannel');
ndc.initLogger('Error', () => {});
console.log(JSON.stringify({ mainDone: Date.now() }));
