import type { CheckedIceServer } from '../../src/native/validate/ice-server.js';
import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import {
  validateCandidate,
  validateDescription,
  validateDescriptionType,
  validateLocalDescriptionInit,
} from '../../src/native/validate/description.js';
import { validateDataChannelInit } from '../../src/native/validate/data-channel-init.js';
import {
  validateIceUdpMux,
  validatePeerConnectionConfig,
  validatePeerName,
} from '../../src/native/validate/peer-connection-config.js';
import { validateLogLevel, validateSctpSettings } from '../../src/native/validate/library-settings.js';
import { validateMessage } from '../../src/native/validate/message.js';
import {
  validateWebSocketOptions,
  validateWebSocketServerOptions,
  validateWebSocketUrl,
} from '../../src/native/validate/web-socket.js';
import { runProgram } from './programs/run.js';

type Mistake = [call: () => unknown, kind: typeof TypeError | typeof RangeError, named: string];

const config = (value: unknown) => () => validatePeerConnectionConfig(value);
const TURN: CheckedIceServer = {
  kind: 'turn',
  hostname: 'h',
  port: 3478,
  username: 'u',
  password: 'p',
  relayType: 'TurnUdp',
};
const ice = (value: unknown) => config({ iceServers: [value] });
const channel = (init: unknown) => () => validateDataChannelInit('x', init);
const socket = (value: unknown) => () => validateWebSocketOptions(value);
const server = (value: unknown) => () => validateWebSocketServerOptions(value);
const url = (value: unknown) => () => validateWebSocketUrl(value);
const local = (value: unknown) => () => validateLocalDescriptionInit(value);
const proxy = { type: 'Http', ip: '127.0.0.1', port: 1 };
const password = 'a'.repeat(22);
const pem = '-----BEGIN CERTIFICATE-----\nx';
const key = '-----BEGIN PRIVATE KEY-----\nx';

function detachedView(): Uint8Array {
  const view = new Uint8Array(8);
  structuredClone(view.buffer, { transfer: [view.buffer] });
  return view;
}

function detachedDataView(): DataView {
  const view = new DataView(new ArrayBuffer(8));
  structuredClone(view.buffer, { transfer: [view.buffer] });
  return view;
}

const mistakes: Record<string, Mistake[]> = {
  'peer connection': [
    [config(null), TypeError, 'config'],
    [config([]), TypeError, 'config'],
    [config(new Map()), TypeError, 'config'],
    [config({ iceServer: [] }), TypeError, 'config.iceServer '],
    [config({ iceServers: 'stun:h' }), TypeError, 'config.iceServers'],
    [config({ portRangeBegin: 70_000 }), RangeError, 'config.portRangeBegin'],
    [config({ portRangeBegin: 5000, portRangeEnd: 4000 }), RangeError, 'config.portRangeEnd'],
    [config({ portRangeEnd: 80 }), RangeError, 'config.portRangeEnd'],
    [config({ portRangeEnd: '80' }), TypeError, 'config.portRangeEnd'],
    [config({ mtu: 575 }), RangeError, 'config.mtu'],
    [config({ mtu: Number.NaN }), RangeError, 'config.mtu'],
    [config({ maxMessageSize: 0 }), RangeError, 'config.maxMessageSize'],
    [config({ maxMessageSize: 2 ** 31 }), RangeError, 'config.maxMessageSize'],
    [config({ enableIceTcp: 'true' }), TypeError, 'config.enableIceTcp'],
    [config({ iceTransportPolicy: 'All' }), TypeError, 'config.iceTransportPolicy'],
    [config({ bindAddress: '127.0.0.1\0' }), TypeError, 'config.bindAddress'],
    [config({ proxyServer: { ...proxy, ip: 5 } }), TypeError, 'config.proxyServer.ip'],
    [config({ proxyServer: { ...proxy, port: 70_000 } }), RangeError, 'config.proxyServer.port'],
    [config({ proxyServer: { ip: 'h', port: 1 } }), TypeError, 'config.proxyServer.type'],
    [config({ certificatePemFile: pem }), TypeError, 'config.keyPemFile'],
    [config({ certificatePemFile: '/no/such', keyPemFile: key }), RangeError, 'config.certificatePemFile'],
    [config({ certificatePemFile: pem, keyPemFile: key, keyPemPass: 'x' }), TypeError, 'config.keyPemPass'],
    [
      config({ certificatePemFile: pem, keyPemFile: '-----BEGIN ENCRYPTED PRIVATE KEY-----' }),
      TypeError,
      'config.keyPemFile',
    ],
    [() => validatePeerName(5), TypeError, 'name'],
    [() => validatePeerName(''), TypeError, 'name'],
  ],
  'ICE server': [
    [ice(''), TypeError, 'config.iceServers[0]'],
    [ice(5), TypeError, 'config.iceServers[0]'],
    [ice('http:h'), TypeError, 'config.iceServers[0]'],
    [ice('stun:h:70000'), RangeError, 'config.iceServers[0]'],
    [ice('stun:h:12ab'), TypeError, 'config.iceServers[0]'],
    [ice('stun:'), TypeError, 'config.iceServers[0]'],
    [ice('stun:['), TypeError, 'config.iceServers[0]'],
    [ice('stun:u:p@h'), TypeError, 'config.iceServers[0]'],
    [ice('turn:h'), TypeError, 'config.iceServers[0]'],
    [ice('turn:u:p@ss@h'), TypeError, 'config.iceServers[0]'],
    [ice('turn:u:p@h?transport=sctp'), TypeError, 'config.iceServers[0]'],
    [ice('turn:u:%zz@h'), TypeError, 'config.iceServers[0]'],
    [ice(`stun:${'a'.repeat(100_000)}`), RangeError, 'config.iceServers[0]'],
    [ice({ urls: 'http:h' }), TypeError, 'config.iceServers[0].urls'],
    [ice({ urls: ['stun:h', 'turn:h'] }), TypeError, 'config.iceServers[0].urls[1]'],
    [ice({ urls: 'turn:h', username: 'u' }), TypeError, 'config.iceServers[0].urls'],
    [ice({ username: 'u', credential: 'p' }), TypeError, 'credential'],
    [ice({ hostname: 'h' }), TypeError, 'config.iceServers[0].port'],
    [ice({ hostname: 'h', port: 70_000 }), RangeError, 'config.iceServers[0].port'],
    [
      ice({ hostname: 'h', port: 1, username: 'u', password: 'p' }),
      TypeError,
      'config.iceServers[0].relayType',
    ],
    [ice({ hostname: 'h', port: 1, relayType: 'TurnSctp' }), TypeError, 'config.iceServers[0].relayType'],
  ],
  'data channel': [
    [() => validateDataChannelInit(5), TypeError, 'label'],
    [() => validateDataChannelInit('x'.repeat(65_536)), RangeError, 'label'],
    [() => validateDataChannelInit('é'.repeat(32_768)), RangeError, 'label'],
    [channel(null), TypeError, 'init'],
    [channel({ protocol: 5 }), TypeError, 'init.protocol'],
    [channel({ id: 65_535, negotiated: true }), RangeError, 'init.id'],
    [channel({ id: 70_000, negotiated: true }), RangeError, 'init.id'],
    [channel({ id: 1.5, negotiated: true }), RangeError, 'init.id'],
    [channel({ negotiated: true }), TypeError, 'init.id'],
    [channel({ maxRetransmits: -5 }), RangeError, 'init.maxRetransmits'],
    [channel({ maxPacketLifeTime: 65_536 }), RangeError, 'init.maxPacketLifeTime'],
    [channel({ maxRetransmits: 0, maxPacketLifeTime: 0 }), TypeError, 'init.maxPacketLifeTime'],
    [channel({ ordered: true, unordered: true }), TypeError, 'init.unordered'],
    [channel({ reliable: true }), TypeError, 'init.reliable'],
  ],
  WebSocket: [
    [url('garbage'), TypeError, 'url'],
    [url(undefined), TypeError, 'url'],
    [url('http://h/'), TypeError, 'url'],
    [url('ws://u:p@h/'), TypeError, 'url'],
    [url('ws://h/#x'), TypeError, 'url'],
    [url('ws://h:0/'), RangeError, 'url'],
    [url(`ws://h/${'a'.repeat(100_000)}`), RangeError, 'url'],
    [socket(5), TypeError, 'options'],
    [socket({ connectionTimeout: -1 }), RangeError, 'options.connectionTimeout'],
    [socket({ pingInterval: Number.POSITIVE_INFINITY }), RangeError, 'options.pingInterval'],
    [socket({ maxMessageSize: -1 }), RangeError, 'options.maxMessageSize'],
    [socket({ protocols: 'a' }), TypeError, 'options.protocols'],
    [socket({ protocols: ['a\r\nX: y'] }), TypeError, 'options.protocols[0]'],
    [socket({ protocols: ['a', 'a'] }), TypeError, 'options.protocols'],
    [socket({ proxyServer: { ...proxy, type: 'Socks5' } }), TypeError, 'options.proxyServer.type'],
    [socket({ proxyServer: { ...proxy, password: 'p' } }), TypeError, 'options.proxyServer.password'],
    [socket({ caCertificatePemFile: '/no/such' }), RangeError, 'options.caCertificatePemFile'],
    [server({ port: 70_000 }), RangeError, 'options.port'],
    [server({ bindAddress: 5 }), TypeError, 'options.bindAddress'],
    [server({ certificatePemFile: pem, keyPemFile: key }), TypeError, 'options.enableTls'],
    [server({ host: 'h' }), TypeError, 'options.host'],
  ],
  description: [
    [() => validateDescriptionType('Offer'), TypeError, 'type'],
    [() => validateDescriptionType(''), TypeError, 'type'],
    [() => validateDescription('v=0', undefined), TypeError, 'type'],
    [() => validateDescription('v=0', 'bogus', 'description'), TypeError, 'description.type'],
    [() => validateDescription(null, 'offer'), TypeError, 'sdp'],
    [() => validateCandidate({}, '0'), TypeError, 'candidate'],
    [() => validateCandidate('a\nb', '0'), TypeError, 'candidate'],
    [() => validateCandidate('a', null), TypeError, 'mid'],
    [local('x'), TypeError, 'init'],
    [local({ iceUfrag: 'abcd' }), TypeError, 'init.icePwd'],
    [local({ icePwd: password }), TypeError, 'init.iceUfrag'],
    [local({ iceUfrag: 'abc', icePwd: password }), RangeError, 'init.iceUfrag'],
    [local({ iceUfrag: 'abcd\n', icePwd: password }), RangeError, 'init.iceUfrag'],
    [local({ iceUfrag: 'abcd', icePwd: 'a'.repeat(257) }), RangeError, 'init.icePwd'],
  ],
  message: [
    [() => validateMessage(null), TypeError, 'data'],
    [() => validateMessage(undefined), TypeError, 'data'],
    [() => validateMessage(5), TypeError, 'data'],
    [() => validateMessage([1]), TypeError, 'data'],
    [() => validateMessage(new SharedArrayBuffer(4)), TypeError, 'data'],
    [() => validateMessage(new Uint8Array(new SharedArrayBuffer(4))), TypeError, 'data'],
    [() => validateMessage(detachedView()), TypeError, 'data'],
    [() => validateMessage(detachedView().buffer), TypeError, 'data'],
    [() => validateMessage(detachedDataView()), TypeError, 'data'],
  ],
  'process-wide settings': [
    [() => validateIceUdpMux(70_000), RangeError, 'port'],
    [() => validateIceUdpMux(0), RangeError, 'port'],
    [() => validateIceUdpMux(1, 5), TypeError, 'address'],
    [() => validateSctpSettings(undefined), TypeError, 'settings'],
    [() => validateSctpSettings({ recvBufferSize: -1 }), RangeError, 'settings.recvBufferSize'],
    [
      () => validateSctpSettings({ congestionControlModule: 99 }),
      RangeError,
      'settings.congestionControlModule',
    ],
    [() => validateLogLevel('Bogus'), TypeError, 'level'],
    [() => validateLogLevel(undefined), TypeError, 'level'],
  ],
};

function thrownBy(call: () => unknown): Error | undefined {
  try {
    call();
  } catch (error) {
    return error as Error;
  }
  return undefined;
}

describe.each(Object.entries(mistakes))('mistakes in a %s', (_group, table) => {
  it.each(table.map(([call, kind, named], index) => ({ call, kind, named, index })))(
    '$index: names $named',
    ({ call, kind, named }) => {
      const error = thrownBy(call);
      expect(error?.constructor).toBe(kind);
      expect(error?.message).toContain(named);
    },
  );
});

describe('messages', () => {
  it('name the value and its type', () => {
    expect(thrownBy(config({ mtu: 100 }))?.message).toBe(
      'config.mtu must be an integer from 576 to 65535 bytes; got 100 (number)',
    );
    expect(thrownBy(config({ mtu: '100' }))?.message).toContain('got "100" (string)');
  });

  it.each([
    ice('turn:user:hunter2@h:99999999'),
    ice('turn:user:hunter2@@h'),
    ice('hunter2:user:pw@h'),
    ice({ hostname: 'h', port: 1, username: 'hunter2', password: 5 }),
    config({ certificatePemFile: pem, keyPemFile: '-----BEGIN hunter2' }),
    socket({ keyPemPass: 'hunter2' }),
    socket({ proxyServer: { ...proxy, username: 'hunter2' } }),
    url('ws://u:hunter2@h/'),
    url('hunter2'),
    local({ iceUfrag: 'abcd', icePwd: 'hunter2' }),
  ])('never contain a secret: %#', (call) => {
    const error = thrownBy(call);
    expect(error).toBeDefined();
    expect(`${error?.message} ${error?.cause}`).not.toContain('hunter2');
  });
});

describe('valid arguments pass', () => {
  it('peer connections, with iceServers for the native constructor and without undefined keys', () => {
    // A track can be added later only to a connection that has a transport for media from the start.
    const defaults = { forceMediaTransport: true, iceServers: [] };
    expect(validatePeerConnectionConfig()).toEqual(defaults);
    const given = { iceServers: ['stun:h'], mtu: 1200, bindAddress: undefined };
    const checked = validatePeerConnectionConfig(given);
    expect(Object.keys(checked).sort()).toEqual(['forceMediaTransport', 'iceServers', 'mtu']);
    expect(checked).not.toBe(given);
  });

  it.each<[unknown, ...CheckedIceServer[]]>([
    ['stun:stun.example.org', { kind: 'stun', hostname: 'stun.example.org', port: 3478 }],
    ['stun.example.org:3478', { kind: 'stun', hostname: 'stun.example.org', port: 3478 }],
    ['stun://h:1', { kind: 'stun', hostname: 'h', port: 1 }],
    ['STUN:h', { kind: 'stun', hostname: 'h', port: 3478 }],
    ['stun:[::1]:3478', { kind: 'stun', hostname: '::1', port: 3478 }],
    ['turn:u:p%40q@h:3479?transport=tcp', { ...TURN, password: 'p@q', port: 3479, relayType: 'TurnTcp' }],
    ['turns:u:p@h', { ...TURN, port: 5349, relayType: 'TurnTls' }],
    ['turns:u:p@h?transport=udp', TURN],
    [{ urls: 'turn:h', username: 'u', credential: 'p' }, TURN],
    [
      { urls: ['stun:h', 'turn:h'], username: 'u', credential: 'p' },
      { kind: 'stun', hostname: 'h', port: 3478 },
      TURN,
    ],
    [{ hostname: 'h', port: 3478, username: 'u', password: 'p', relayType: 'TurnUdp' }, TURN],
  ])('ICE server %j', (server, ...expected) => {
    expect(validatePeerConnectionConfig({ iceServers: [server] }).iceServers).toEqual(expected);
  });

  it('an IPv6 address in the form that the library understands', () => {
    expect(validateWebSocketUrl('ws://[::1]:8080/[::1]')).toBe('ws://%3A%3A1:8080/[::1]');
    expect(validateWebSocketUrl(new URL('wss://example.org/a?b=c'))).toBe('wss://example.org/a?b=c');
  });

  it('data channels, with W3C names turned into the binding’s', () => {
    expect(validateDataChannelInit('x')).toEqual({ label: 'x' });
    expect(validateDataChannelInit('x', { maxRetransmits: null, id: undefined })).toEqual({ label: 'x' });
    expect(validateDataChannelInit('', { ordered: false, maxRetransmits: 0 })).toEqual({
      label: '',
      init: { unordered: true, maxRetransmits: 0 },
    });
  });

  it('descriptions and candidates', () => {
    expect(validateDescriptionType(undefined)).toBe('unspec');
    expect(validateDescription(undefined, 'rollback')).toEqual({ sdp: '', type: 'rollback' });
    expect(validateCandidate('candidate:1 \r\n', '0')).toEqual({ candidate: 'candidate:1', mid: '0' });
    expect(validateLocalDescriptionInit({})).toBeUndefined();
    expect(validateLocalDescriptionInit({ iceUfrag: 'ab+/', icePwd: password })).toEqual({
      iceUfrag: 'ab+/',
      icePwd: password,
    });
  });

  it('messages, without a copy', () => {
    expect(validateMessage('é')).toEqual({ data: 'é', byteLength: 2 });
    expect(validateMessage('\ud800').byteLength).toBe(3);
    const buffer = Buffer.from('abc');
    expect(validateMessage(buffer).data).toBe(buffer);
    const floats = new Float64Array([1, 2, 3]);
    const { data, byteLength } = validateMessage(floats.subarray(1));
    expect(byteLength).toBe(16);
    expect((data as Uint8Array).buffer).toBe(floats.buffer);
    expect((data as Uint8Array).byteOffset).toBe(8);
    expect(validateMessage(new ArrayBuffer(0)).byteLength).toBe(0);
    expect(validateMessage(new DataView(new ArrayBuffer(5), 1)).byteLength).toBe(4);
  });
});

describe('control: the raw binding', () => {
  it.each(['long-ice-url', 'long-web-socket-url', 'short-ice-ufrag'])('dies of %s', async (input) => {
    const { signal, code } = await runProgram('./raw-input.ts', input);
    expect(signal ?? code).not.toBe(0);
    if (process.platform !== 'win32') expect(['SIGSEGV', 'SIGABRT', 'SIGBUS']).toContain(signal);
  });

  it.each([
    ['wrapped-port', '4464'],
    ['negative-size', '18446744073709552000'],
    ['long-label', '70000'],
  ])('accepts %s in silence', async (input, output) => {
    const { code, stdout } = await runProgram('./raw-input.ts', input);
    expect({ code, output: stdout.trim() }).toEqual({ code: 0, output });
  });
});
