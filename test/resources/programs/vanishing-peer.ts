import { RtcRuntime } from 'scoped-rtc';

/** Answers over IPC, says `receiving` at the first message, and waits to be killed. */
const bob = RtcRuntime.acquire('child').createPeerConnection('bob');
const report = (message: unknown) => process.send?.(message);
bob.on('localDescription', (description) => report({ description }));
bob.on('localCandidate', (candidate, mid) => report({ candidate, mid }));
bob.on('dataChannel', (channel) => {
  channel.once('message', () => report({ receiving: true }));
});
process.on('message', (message: { description?: never; candidate?: string; mid?: string }) => {
  if (message.description) bob.setRemoteDescription(message.description);
  else bob.addRemoteCandidate(message.candidate ?? '', message.mid ?? '');
});
process.on('disconnect', () => process.exit());
