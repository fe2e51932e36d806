// webtorrent: a torrent of 1 MB from one process to the other, a new one each round, by WebRTC only. The tracker runs in the far one.
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { measure, otherEnd, replacePolyfill, role } from './support.mjs';

replacePolyfill('webrtc-polyfill');
const { default: WebTorrent } = await import('webtorrent');
const { default: MemoryStore } = await import('memory-chunk-store');
const other = otherEnd();
const BYTES = 1_000_000;
const client = new WebTorrent({
  ...{ dht: false, lsd: false, utp: false, utPex: false, natUpnp: false, natPmp: false, webSeeds: false },
  tracker: { rtcConfig: { iceServers: [] } },
});
client.on('error', () => {});
const sha = (bytes) => createHash('sha256').update(bytes).digest('hex');
const remove = (torrent) => new Promise((resolve) => torrent.destroy({}, resolve));

if (role) {
  const { Server } = await import('bittorrent-tracker');
  const server = new Server({ udp: false, http: false, ws: true, stats: false });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const announce = [`ws://127.0.0.1:${server.ws.address().port}`];
  const torrents = new Map();
  other.receive(({ n, bye }) => {
    if (bye) return void torrents.get(n)?.destroy();
    const bytes = randomBytes(BYTES);
    const settings = { announce, private: true, name: `round-${n}`, store: MemoryStore };
    const torrent = client.seed(bytes, settings, ({ torrentFile }) =>
      other.send({ n, file: Buffer.from(torrentFile).toString('base64'), sum: sha(bytes) }),
    );
    torrent.on('warning', () => {});
    torrents.set(n, torrent);
  });
  other.send({ ready: true });
} else {
  const waiting = new Map();
  await new Promise((resolve) =>
    other.receive((message) => (message.ready ? resolve() : waiting.get(message.n)?.(message))),
  );
  const seeded = (n) => {
    other.send({ n });
    return new Promise((resolve) => waiting.set(n, resolve));
  };
  await measure(async (n) => {
    const { file, sum } = await seeded(n);
    const torrent = client.add(Buffer.from(file, 'base64'), { store: MemoryStore });
    torrent.on('warning', () => {});
    try {
      await new Promise((resolve, reject) => {
        torrent.on('wire', ({ type }) => type === 'webrtc' || reject(new Error(`a wire by ${type}`)));
        torrent.on('error', reject);
        torrent.on('done', resolve);
      });
      const bytes = new Uint8Array(await torrent.files[0].arrayBuffer());
      if (sha(bytes) !== sum) throw new Error('other bytes came');
    } finally {
      other.send({ n, bye: true });
      await remove(torrent);
    }
  }, other.end);
}
