import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { type DataChannelInit, type NativeBinding, RtcRuntime, type RtcScope } from 'scoped-rtc';
import { createFakeBinding } from 'scoped-rtc/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runChild } from '../support/child.js';
import { thrownBy } from '../support/rejection.js';

const SECRET = 'hunter2correcthorsebatterystaple';
const URL = 'ws://127.0.0.1:1/';
const CERTIFICATE = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';

/** Everything that a logger could make of an error. */
function saidOf(error: unknown): string {
  const { message, stack, cause } = error as Error;
  return [
    String(error),
    message,
    stack,
    String(cause),
    inspect(error, { depth: null, showHidden: true }),
  ].join('\n');
}

let rtc: RtcScope;
beforeAll(() => {
  rtc = RtcRuntime.acquire('redaction');
});
afterAll(() => rtc.disposeAsync());

const turn = {
  hostname: 'turn.example.org',
  port: 3478,
  username: 'user',
  password: SECRET,
  relayType: 'TurnUdp',
};
const connect = (config: unknown) => () => rtc.createPeerConnection('pc', config as never);
const ice = (...servers: unknown[]) => connect({ iceServers: servers });
const socket = (options: unknown) => () => rtc.createWebSocket(URL, options as never);
const server = (options: unknown) => () => rtc.createWebSocketServer(options as never);

/** Secrets in their place beside another mistake, and in the wrong place, which is the usual mistake. */
const MISTAKES: Readonly<Record<string, () => unknown>> = {
  'TURN: the URL instead of the list': connect({ iceServers: `turn:user:${SECRET}@host` }),
  'TURN: the URL instead of the config': connect(`turn:user:${SECRET}@host`),
  'TURN: a URL with a bad port': ice(`turn:user:${SECRET}@host:99999`),
  'TURN: a URL with a bad scheme': ice(`turnz:user:${SECRET}@host`),
  'TURN: a URL with an @ in the password': ice(`turn:user:${SECRET}@${SECRET}@host`),
  'TURN: a URL with a space': ice(`turn:user:${SECRET} @host`),
  'TURN: a URL with a bad escape': ice(`turn:user:${SECRET}%zz@host`),
  'TURN: the form of the W3C': ice({ urls: 'turn:', username: 'user', credential: SECRET }),
  'TURN: a bad port beside the password': ice({ ...turn, port: 0 }),
  'TURN: a bad relay type': ice({ ...turn, relayType: SECRET }),
  'TURN: no relay type': ice({ ...turn, relayType: undefined }),
  'TURN: the password as port': ice({ ...turn, port: SECRET }),
  'TURN: the URL as host name': ice({ ...turn, hostname: `turn:user:${SECRET}@host\n` }),
  'TURN: a password that is no string': ice({ ...turn, password: [SECRET] }),
  'TURN: a password with a NUL': ice({ ...turn, password: `${SECRET}\0` }),
  'TURN: an option nobody knows': ice({ ...turn, pass: SECRET }),
  'proxy: a URL': socket({ proxyServer: `http://user:${SECRET}@proxy` }),
  'proxy: credentials that would not be sent': socket({
    proxyServer: { type: 'Http', ip: '127.0.0.1', port: 1, username: 'user', password: SECRET },
  }),
  'proxy: the URL as address': socket({
    proxyServer: { type: 'Http', ip: `http://user:${SECRET}@proxy\n`, port: 1 },
  }),
  'proxy: the URL as type': connect({
    proxyServer: { type: `http://user:${SECRET}@proxy`, ip: '::1', port: 1 },
  }),
  'proxy: a bad port': connect({ proxyServer: { type: 'Socks5', ip: '::1', port: 0, password: SECRET } }),
  'key: text that is no PEM': socket({ certificatePemFile: CERTIFICATE, keyPemFile: SECRET }),
  'key: lines that are no PEM': socket({
    certificatePemFile: CERTIFICATE,
    keyPemFile: `${SECRET}\n${SECRET}`,
  }),
  'key: other PEM text': connect({
    certificatePemFile: CERTIFICATE,
    keyPemFile: `-----BEGIN SECRET-----\n${SECRET}\n-----END SECRET-----`,
  }),
  'key: in the place of the certificate': socket({ certificatePemFile: `${SECRET}\n`, keyPemFile: SECRET }),
  'key: as PEM in the place of the certificate': socket({
    certificatePemFile: `-----BEGIN PRIVATE KEY-----\n${SECRET}\n`,
  }),
  'key: in the place of the authorities': socket({
    caCertificatePemFile: `-----BEGIN PRIVATE KEY-----\n${SECRET}`,
  }),
  'key: alone': server({ enableTls: true, keyPemFile: `-----BEGIN PRIVATE KEY-----\n${SECRET}` }),
  'key: of a server, no PEM': server({
    enableTls: true,
    certificatePemFile: CERTIFICATE,
    keyPemFile: SECRET,
  }),
  'key: encrypted, as text': connect({
    certificatePemFile: CERTIFICATE,
    keyPemFile: `-----BEGIN ENCRYPTED PRIVATE KEY-----\n${SECRET}`,
  }),
  'pass phrase: without a key': connect({ keyPemPass: SECRET }),
  'pass phrase: with text': connect({
    certificatePemFile: CERTIFICATE,
    keyPemFile: `-----BEGIN PRIVATE KEY-----\n${SECRET}`,
    keyPemPass: SECRET,
  }),
  'pass phrase: a list': socket({ keyPemPass: [SECRET] }),
  'pass phrase: with a NUL': socket({ keyPemPass: `${SECRET}\0` }),
  'token: in a URL that is none': () => rtc.createWebSocket(`example.org/room?token=${SECRET}`),
  'token: in a URL with a bad scheme': () => rtc.createWebSocket(`http://example.org/room?token=${SECRET}`),
  'token: before the first colon': () => rtc.createWebSocket(`${SECRET}:x`),
  'token: in a URL with a fragment': () => rtc.createWebSocket(`ws://example.org/room?token=${SECRET}#x`),
  'token: in a URL with port 0': () => rtc.createWebSocket(`ws://example.org:0/room?token=${SECRET}`),
  'token: in a URL that is too long': () =>
    rtc.createWebSocket(`${URL}?token=${SECRET}${'x'.repeat(100_000)}`),
  'token: as user in the URL': () => rtc.createWebSocket(`ws://${SECRET}:${SECRET}@example.org/`),
  'token: as a bad subprotocol': socket({ protocols: [`bearer ${SECRET}`] }),
  'token: as a subprotocol twice': socket({ protocols: [SECRET, SECRET] }),
  'token: as a subprotocol without a list': socket({ protocols: SECRET }),
  'token: instead of the options': () => rtc.createWebSocket(URL, SECRET as never),
  'token: as a header': socket({ headers: { Authorization: `Bearer ${SECRET}` } }),
  'ICE password: with a bad character': () =>
    rtc.createPeerConnection('pc').setLocalDescription('offer', { iceUfrag: 'abcd', icePwd: `${SECRET}!` }),
  'ICE password: instead of the settings': () =>
    rtc.createPeerConnection('pc').setLocalDescription('offer', SECRET as never),
  'ICE password: type and text swapped': () =>
    rtc.createPeerConnection('pc').setRemoteDescription('offer', `a=ice-pwd:${SECRET}` as never),
  'ICE password: in a description that is none': () =>
    rtc
      .createPeerConnection('pc')
      .setRemoteDescription({ type: 'offer', sdp: `v=0\r\na=ice-pwd:${SECRET}\r\n` }),
  'ICE password: in a candidate of several lines': () =>
    rtc.createPeerConnection('pc').addRemoteCandidate(`candidate:1\r\na=ice-pwd:${SECRET}`, '0'),
  'message: in the place of the settings': () =>
    rtc.createPeerConnection('pc').createDataChannel('chat', SECRET as DataChannelInit),
};

describe('a secret is not in the error that a mistake throws', () => {
  test.each(Object.entries(MISTAKES))('%s', (_, mistake) => {
    const error = thrownBy(mistake);
    expect(error).toBeInstanceOf(Error);
    expect(saidOf(error).toLowerCase()).not.toContain(SECRET);
  });
});

test('what the library quotes when it refuses a URL is not passed on', async () => {
  const refuse = (what: string) =>
    function Refusing() {
      throw new Error(`libdatachannel error: Invalid ${what} URL: turn:user:${SECRET}@host\nsecond line`);
    };
  const native = {
    ...createFakeBinding(),
    PeerConnection: refuse('ICE server'),
    WebSocket: refuse('WebSocket'),
  } as unknown as NativeBinding;
  await using scope = new RtcRuntime({ native }).scope('quoting');
  for (const make of [() => scope.createPeerConnection('pc'), () => scope.createWebSocket(URL)]) {
    const error = thrownBy(make);
    expect(error).toMatchObject({ code: 'RTC_NATIVE' });
    expect(saidOf(error)).toMatch(/Invalid \w+( server)? URL/);
    expect(saidOf(error)).not.toContain(SECRET);
  }
});

test('nothing that a process with secrets says of itself contains one', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'said-'));
  const file = join(folder, 'said.json');
  const program = new globalThis.URL('programs/keeper.ts', import.meta.url);
  const { code, stderr } = await runChild(program, [file]);
  expect(code, stderr).toBe(1);
  const { secrets, said } = JSON.parse(await readFile(file, 'utf8')) as {
    secrets: string[];
    said: Record<string, string>;
  };
  await rm(folder, { recursive: true });
  expect(secrets.filter((secret) => secret.length > 8).length).toBeGreaterThan(8);
  // Each really said something: an empty collection would be no proof.
  const expected = {
    snapshot: 'keeper',
    inspect: 'PeerConnection',
    handles: 'keeper/alice',
    signaling: 'WebSocket',
    diagnostics: 'PeerConnection',
    'failed socket': 'RTC_NATIVE',
    aborted: 'RTC_ABORTED',
    teardown: 'outcome',
    warnings: 'RTC_SIGNALING',
    leak: 'keeper',
    log: 'a=ice-pwd:',
  };
  for (const [about, word] of Object.entries(expected)) expect(said[about], about).toContain(word);
  expect(stderr).toContain('an error of the program');
  for (const secret of secrets) {
    for (const [about, text] of Object.entries({ ...said, stderr })) {
      expect(text.includes(secret), `${about} contains ${secret}`).toBe(false);
    }
  }
});
