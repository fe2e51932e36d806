import { memorySignaling, RtcRuntime } from 'scoped-rtc';
import { startSignalingServer } from 'scoped-rtc/signaling-server';
import { loopbackPair } from 'scoped-rtc/testing';
import { expect, it } from 'scoped-rtc/vitest';

// With exactOptionalPropertyTypes the compiler reports where `undefined` may not be given; the rest tests whether it is accepted
// for "left out".
it('an option that is undefined is one that was left out', async ({ rtc }) => {
  const bounds = { timeout: undefined, signal: undefined };
  const channel = {
    highWaterMark: undefined,
    receiveBuffer: undefined,
    sendQueue: undefined,
    signal: undefined,
  };
  const { near, far, alice } = await loopbackPair(rtc, { label: undefined, channel: undefined });
  expect(near.label).toBe('chat');

  const pc = rtc.createPeerConnection('other', {
    iceServers: [{ urls: 'stun:127.0.0.1', username: undefined, credential: undefined }],
    incoming: undefined,
    receiveBuffer: undefined,
    portRangeBegin: undefined,
    signal: undefined,
  });
  const data = pc.createDataChannel('c', {
    ...channel,
    ordered: undefined,
    maxRetransmits: undefined,
    id: undefined,
  });
  expect(data.highWaterMark).toBe(1024 * 1024);
  pc.addTrack({
    kind: 'video',
    mid: undefined,
    direction: undefined,
    codecs: [{ codec: 'H264', payloadType: 96, profile: undefined, rtx: undefined }],
    sources: undefined,
  }).setMediaHandlers({ receivingSession: true, packetizer: undefined });
  await pc.offer({ ...bounds, gatheringTimeout: undefined });

  await near.send('x', bounds);
  expect(await far.nextMessage(bounds)).toBe('x');
  far.toDuplex({ objectMode: undefined, window: undefined }).destroy();
  expect(alice.connectionState).toBe('connected');

  const fork = rtc.fork('fork', { ...bounds, inTurn: undefined });
  fork.beforeEnd(() => {}, { name: undefined, timeout: undefined });
  const server = fork.createWebSocketServer({ port: 0, bindAddress: '127.0.0.1', name: undefined });
  await fork
    .createWebSocket(`ws://127.0.0.1:${server.port}/`, { ...channel, name: undefined })
    .opened(bounds);
  const negotiating = fork
    .createPeerConnection('alone')
    .negotiate(memorySignaling()[0], { ...bounds, polite: undefined });
  negotiating.catch(() => {});
  await fork.disposeAsync();

  const signaling = await startSignalingServer({
    port: 0,
    host: '127.0.0.1',
    token: undefined,
    limits: { rooms: undefined },
  });
  await signaling.stop({ timeout: 100 });
  const runtime = new RtcRuntime({
    native: undefined,
    clock: undefined,
    cleanup: undefined,
    logger: undefined,
  });
  expect(runtime.state).toBe('idle');
});
