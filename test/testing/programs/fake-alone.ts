// A program in which nothing but the binding in memory holds the process.
import { RtcRuntime } from '../../../src/index.js';
import { createFakeBinding, loopbackPair } from '../../../src/testing/index.js';
import { mainDone, say } from '../../lifecycle/programs/say.js';

const runtime = new RtcRuntime({ native: createFakeBinding() });
const rtc = runtime.scope('app');
const { near, far } = await loopbackPair(rtc);
const message = far.nextMessage();
setTimeout(() => void near.send('hello'), 100).unref();
say({ message: await message });
await rtc.disposeAsync();
mainDone();
