import { expect, it } from 'scoped-rtc/vitest';
import { thrownBy as errorOf } from '../support/rejection.js';

const any = (value: unknown) => value as never;
const thrownBy = (call: () => unknown) => String(errorOf(call));

it('an unknown option is reported with all that are known, and with the one that is meant', ({ rtc }) => {
  const pc = rtc.createPeerConnection('pc', { disableAutoNegotiation: true });
  const channel = thrownBy(() => pc.createDataChannel('chat', any({ highwaterMark: 1 })));
  expect(channel).toMatch(
    /known are highWaterMark, receiveBuffer, sendQueue, signal, .*\. Did you mean 'highWaterMark'\?$/,
  );
  const connection = thrownBy(() => rtc.createPeerConnection('b', any({ keepAlive: {} })));
  expect(connection).toMatch(
    /known are signal, incoming, receiveBuffer, keepalive, iceServers, .*\. Did you mean 'keepalive'\?$/,
  );
  const incoming = thrownBy(() => rtc.createPeerConnection('b', { incoming: any({ zzz: 1 }) }));
  expect(incoming).toMatch(/known are highWaterMark, receiveBuffer, sendQueue, signal$/);
  const socket = thrownBy(() => rtc.createWebSocket('ws://127.0.0.1:1/', any({ nam: 'x' })));
  expect(socket).toMatch(/known are name, highWaterMark, .*protocols, .*\. Did you mean 'name'\?$/);
});

it('an ICE server without a name that tells its form is reported with the names of both', ({ rtc }) => {
  const server = (value: unknown) =>
    thrownBy(() => rtc.createPeerConnection('b', { iceServers: [any(value)] }));
  expect(server({ url: 'stun:x' })).toBe(
    'TypeError: config.iceServers[0].url is not a known option; ' +
      "known are urls, username, credential, hostname, port, password, relayType. Did you mean 'urls'?",
  );
  expect(server({ username: 'u', credential: 'c' })).toBe(
    'TypeError: config.iceServers[0] must have urls, or hostname and port; got an object with username, credential',
  );
  expect(server({ hostname: 'h', port: 1, x: 1 })).toMatch(
    /x is not a known option; known are hostname, port, username, password, relayType$/,
  );
});

it('settings in place of the name are told where they go', ({ rtc }) => {
  expect(thrownBy(() => rtc.createPeerConnection(any({ iceServers: [] })))).toBe(
    'TypeError: name must be a non-empty string; got an object with iceServers; ' +
      "the settings are the second argument: createPeerConnection('name', { iceServers })",
  );
  expect(thrownBy(() => rtc.createPeerConnection(any(5)))).toBe(
    'TypeError: name must be a non-empty string; got 5 (number)',
  );
});
