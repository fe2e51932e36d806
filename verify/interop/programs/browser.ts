import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type WebSocket, WebSocketServer } from 'ws';
import { sayLine, takeLines } from './lines.js';

/**
 * A headless browser as a peer: `browser.ts chromium|firefox COMMAND`. The page comes from a server on loopback and
 * speaks over a WebSocket, so that no driver is needed.
 */
const [, , kind = '', command = ''] = process.argv;

const PAGE = `<!doctype html><meta charset=utf-8><title>peer</title><canvas id=canvas width=320 height=240></canvas>
<script src="/w3c-peer.js"></script><script>
const socket = new WebSocket('ws://' + location.host + '/');
const paint = canvas.getContext('2d');
let frame = 0;
setInterval(() => { paint.fillStyle = 'hsl(' + (frame++ * 7 % 360) + ',90%,50%)'; paint.fillRect(0, 0, 320, 240); }, 50);
const getMedia = async (kind) => {
  if (kind === 'video') return canvas.captureStream(15);
  return navigator.mediaDevices.getUserMedia({ audio: true, fake: true });
};
const attach = (track) => {
  const element = document.createElement(track.kind);
  Object.assign(element, { muted: true, autoplay: true, srcObject: new MediaStream([track]) });
  document.body.append(element);
};
const out = (message) => socket.send(JSON.stringify(message));
const take = makePeer({ RTCPeerConnection, out, getMedia });
socket.onopen = () => out({ event: 'ready', version: navigator.userAgent });
socket.onmessage = ({ data }) => take(JSON.parse(data));
</script>`;

const FIREFOX_PREFERENCES = {
  'media.peerconnection.ice.loopback': true,
  'media.peerconnection.ice.obfuscate_host_addresses': false,
  'media.autoplay.default': 0,
  'media.navigator.streams.fake': true,
  'media.navigator.permission.disabled': true,
  'browser.shell.checkDefaultBrowser': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'toolkit.telemetry.enabled': false,
  'app.update.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'browser.aboutwelcome.enabled': false,
  'termsofuse.bypassNotification': true,
  'network.proxy.type': 0,
};

const script = readFileSync(new URL('w3c-peer.js', import.meta.url));
const server = createServer(({ url }, response) => {
  const isScript = url === '/w3c-peer.js';
  response
    .setHeader('content-type', isScript ? 'text/javascript' : 'text/html')
    .end(isScript ? script : PAGE);
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const address = `http://127.0.0.1:${(server.address() as { port: number }).port}/`;
const profile = mkdtempSync(join(tmpdir(), 'scoped-rtc-interop-'));

function argumentsOf(browser: string): string[] {
  if (browser === 'chromium') {
    return [
      ...['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--proxy-server=direct://'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
      ...['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream'],
      ...['--autoplay-policy=no-user-gesture-required', '--allow-loopback-in-peer-connection'],
      ...['--disable-features=WebRtcHideLocalIpsWithMdns', `--user-data-dir=${profile}`, address],
    ];
  }
  const lines = Object.entries(FIREFOX_PREFERENCES).map(
    ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});`,
  );
  writeFileSync(join(profile, 'user.js'), lines.join('\n'));
  return ['--headless', '--no-remote', '--profile', profile, address];
}

// A group of its own: a browser is several processes.
const browser = spawn(command, argumentsOf(kind), {
  stdio: 'ignore',
  detached: true,
  env: { ...process.env, HOME: profile },
});
browser.on('error', (error) => sayLine({ event: 'error', text: String(error) }));

function killBrowser(): void {
  try {
    process.kill(-(browser.pid as number), 'SIGKILL');
  } catch {} // it has gone
}

function end(): void {
  killBrowser();
  setTimeout(() => {
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    process.exit(0);
  }, 100);
}

let page: WebSocket | undefined;
new WebSocketServer({ server }).on('connection', (socket) => {
  page = socket;
  socket.on('message', (text) => process.stdout.write(`${String(text)}\n`));
});
takeLines((message) => {
  if (message.call === 'die') killBrowser();
  else page?.send(JSON.stringify(message));
}, end);
process.on('SIGTERM', end);
