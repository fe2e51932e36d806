/**
 * The world around the programs of the documents: at `ws://127.0.0.1:PORT/…` somebody waits who answers the first
 * offer, echoes what comes, and hangs up after the first message. Ends with its standard input.
 */
import { messageChannelSignaling, RtcRuntime } from 'scoped-rtc';

const rtc = RtcRuntime.acquire('stage');
const server = rtc.createWebSocketServer({ port: 0, bindAddress: '127.0.0.1' });
server.on('connection', (socket) => {
  const pc = rtc.createPeerConnection('bob');
  pc.on('dataChannel', (channel) => {
    channel.on('message', (message) => {
      void channel.send(message).then(() => channel.close());
    });
  });
  pc.negotiate(messageChannelSignaling(socket)).catch(() => {});
});
process.stdin.once('end', () => void rtc.disposeAsync()).resume();
console.log(server.port);
