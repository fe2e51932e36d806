import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createPrivateKey } from 'node:crypto';
import { channel } from 'node:diagnostics_channel';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { memorySignaling, messageChannelSignaling, RtcRuntime } from 'scoped-rtc';
import { makeCertificate } from '../../support/certificate.js';
import { nextEvent, until } from '../../support/event.js';

/** Holds a secret of every kind, goes through good and bad days, and writes down all that it can be made to say. */
process.env.SCOPED_RTC_TRACE = '1';
const secrets = [
  'turn-password-1',
  'turn-user-1',
  'turn-password-2',
  'proxy-password-1',
  'pass-phrase-1',
  'url-token-1',
];
const [TURN_PASSWORD, TURN_USER, OTHER_PASSWORD, PROXY_PASSWORD, PASS_PHRASE, TOKEN] = secrets as [
  string,
  string,
  string,
  string,
  string,
  string,
];
const collected = new Map<string, string>();

function collect(about: string, ...values: unknown[]): void {
  const text = values.map(
    (value) => `${String(value)}\n${inspect(value, { depth: 12, showHidden: true })}\n${json(value)}`,
  );
  collected.set(about, (collected.get(about) ?? '') + text.join('\n'));
}

function json(value: unknown): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    return ''; // something with cycles: `inspect` shows it
  }
}

for (const name of ['handle:create', 'handle:open', 'handle:close', 'runtime:cleanup', 'warning']) {
  channel(`scoped-rtc:${name}`).subscribe((message) => collect('diagnostics', message));
}
const runtime = RtcRuntime.shared;
runtime.setLogger(({ message }) => collect('log', message), 'Verbose');
runtime.on('teardown', (report) => collect('teardown', report));
runtime.on('warning', (warning) => collect('warnings', warning));
runtime.on('leak', (...leak) => collect('leak', ...leak));

const { certificate, key } = await makeCertificate();
const [keyLine = ''] = key.split('\n').slice(1);
secrets.push(keyLine);
const folder = mkdtempSync(join(tmpdir(), 'keeper-'));
const certificateFile = join(folder, 'certificate.pem');
const keyFile = join(folder, 'key.pem');
writeFileSync(certificateFile, certificate);
writeFileSync(
  keyFile,
  createPrivateKey(key).export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase: PASS_PHRASE,
  }),
);

const rtc = runtime.scope('keeper');
const server = rtc.createWebSocketServer({
  port: 0,
  bindAddress: '127.0.0.1',
  enableTls: true,
  certificatePemFile: certificateFile,
  keyPemFile: keyFile,
  keyPemPass: PASS_PHRASE,
});
const socket = rtc.createWebSocket(`wss://localhost:${server.port}/room?token=${TOKEN}`, {
  caCertificatePemFile: certificateFile,
  protocols: ['chat'],
});
await socket.opened();

const alice = rtc.createPeerConnection('alice', {
  iceServers: [
    `turn:${TURN_USER}:${TURN_PASSWORD}@127.0.0.1:9`,
    { hostname: '127.0.0.1', port: 9, username: 'u', password: OTHER_PASSWORD, relayType: 'TurnUdp' },
  ],
  proxyServer: { type: 'Socks5', ip: '127.0.0.1', port: 9, username: 'u', password: PROXY_PASSWORD },
  certificatePemFile: certificate,
  keyPemFile: key,
});
const bob = rtc.createPeerConnection('bob');
const [left, right] = memorySignaling();
const chat = alice.createDataChannel('chat');
const described = nextEvent<[{ sdp: string }]>(alice, 'localDescription');
await Promise.all([alice.negotiate(left), bob.negotiate(right), chat.opened()]);
const [{ sdp }] = await described;
secrets.push(
  /a=ice-pwd:(\S+)/.exec(sdp)?.[1] ?? '',
  /a=ice-pwd:(\S+)/.exec(bob.localDescription()?.sdp ?? '')?.[1] ?? '',
);

// What a peer says that makes no sense becomes a warning.
right.send({ description: { type: 'offer', sdp: `a=ice-pwd:${secrets.at(-1)}` } });
left.send({ nonsense: `token=${TOKEN}` } as never);
await until(() => (collected.get('warnings') ?? '').includes('RTC_SIGNALING'), 'a warning');

collect('snapshot', runtime.snapshot());
collect('inspect', runtime.inspect());
collect('handles', rtc, server, socket, alice, bob, chat, runtime);
collect('signaling', messageChannelSignaling(socket), left, right);

// Errors: a socket that is refused, a wait that is aborted, a send that fails.
const dead = rtc.createWebSocket(`ws://127.0.0.1:1/?token=${TOKEN}`, { name: 'dead' });
await dead.opened().catch((error: unknown) => collect('failed socket', error));
collect('failed socket', await dead.closed());
const waiting = rtc.createPeerConnection('waiting', {
  iceServers: [`turn:${TURN_USER}:${TURN_PASSWORD}@127.0.0.1:9`],
});
const connected = waiting.connected();
waiting.abort(new Error('enough'));
await connected.catch((error: unknown) => collect('aborted', error));
await chat.close();
await chat.send('late').catch((error: unknown) => collect('aborted', error));

rmSync(folder, { recursive: true });
const short = runtime.scope('short');
short.createPeerConnection('forced', { iceServers: [`turn:${TURN_USER}:${TURN_PASSWORD}@127.0.0.1:9`] });
await short.disposeAsync();

process.once('exit', () => {
  // Into a file: what an exiting process prints into a pipe may be cut.
  writeFileSync(process.argv[2] ?? '', JSON.stringify({ secrets, said: Object.fromEntries(collected) }));
});
// A fatal error with everything open: the leak is reported, and Node prints what it knows.
throw new Error('an error of the program');
