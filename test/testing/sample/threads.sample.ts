import ndc from 'node-datachannel';
import { test } from 'scoped-rtc/vitest';

test('makes something with the binding itself', ({ rtc: _rtc }) => {
  new ndc.PeerConnection('raw', { iceServers: [] }).createDataChannel('chat');
});
