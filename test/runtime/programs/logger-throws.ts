// A logger that throws while a connection is made.
import { RtcRuntime } from 'scoped-rtc';

const logger = () => {
  throw new Error('the logger broke');
};
const runtime = new RtcRuntime({ logger, logLevel: 'Verbose' });
await using rtc = runtime.scope('app');
rtc.createPeerConnection('alice').createDataChannel('chat');
await new Promise(() => {}); // the error ends the process
