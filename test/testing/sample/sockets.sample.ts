import { RtcRuntime } from 'scoped-rtc';
import { signalingRelay } from 'scoped-rtc/testing';
import { test } from 'scoped-rtc/vitest';

test('leaves a server and its clients', async ({ rtc: _rtc }) => {
  const app = RtcRuntime.acquire('app');
  const { server, url } = signalingRelay(app);
  const accepted = new Promise((resolve) => server.on('connection', (socket) => resolve(socket.opened())));
  await app.createWebSocket(url, { name: 'client' }).opened();
  await accepted;
});
