import { RtcRuntime } from 'scoped-rtc';

/** Answers over IPC, echoes what comes, and calls `process.exit()` in a long turn of the event loop when it is asked to. */
const BUSY_MS = 50;
const cell = new Int32Array(new SharedArrayBuffer(4));

const bob = RtcRuntime.acquire('child').createPeerConnection('bob', { bindAddress: '127.0.0.1' });
const report = (message: unknown) => process.send?.(message);
bob.on('localDescription', (description) => report({ description }));
bob.on('localCandidate', (candidate, mid) => report({ candidate, mid }));
bob.on('dataChannel', (channel) => {
  channel.on('message', (message) => void channel.send(message));
});
process.on('message', (message: { description?: never; candidate?: string; mid?: string; exit?: true }) => {
  if (message.exit) {
    Atomics.wait(cell, 0, 0, BUSY_MS);
    process.exit(0);
  }
  if (message.description) bob.setRemoteDescription(message.description);
  else bob.addRemoteCandidate(message.candidate ?? '', message.mid ?? '');
});
process.on('disconnect', () => process.exit(1));
