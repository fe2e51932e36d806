import { mkdtemp, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runExample, startExample } from './example-process.js';

const LIMIT_MS = 90_000;

/** Sparse, so it costs no disk; far more than is transferred before the interrupt. */
const ENDLESS_BYTES = 4 * 1024 ** 3;

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scoped-rtc-test-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

test(
  'a file arrives in the other process as it was',
  async () => {
    const file = join(folder, 'some file.bin');
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 31) & 0xff));
    await writeFile(file, bytes);
    const out = join(folder, 'out');
    const { code, stdout, stderr } = await runExample('send-file', file, out);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(await readdir(out)).toEqual(['some file.bin']);
    expect((await readFile(join(out, 'some file.bin'))).equals(bytes)).toBe(true);
    const hashes = [...stdout.matchAll(/SHA-256 ([0-9a-f]{64})/g)].map(([, hash]) => hash);
    expect(hashes).toHaveLength(2);
    expect(hashes[0]).toBe(hashes[1]);
  },
  LIMIT_MS,
);

test(
  'an empty file arrives too, and an existing one is not overwritten',
  async () => {
    const file = join(folder, 'empty');
    await writeFile(file, '');
    const out = join(folder, 'out');
    expect((await runExample('send-file', file, out)).code).toBe(0);
    expect((await stat(join(out, 'empty'))).size).toBe(0);
    const again = await runExample('send-file', file, out);
    expect(again.stderr).toContain('exists already');
    expect(again.code).toBe(1);
    expect(await readdir(out)).toEqual(['empty']);
  },
  LIMIT_MS,
);

test.each(['sender', 'receiver'] as const)(
  'an interrupted %s leaves nothing and ends both processes',
  async (who) => {
    const file = join(folder, 'endless.bin');
    const handle = await open(file, 'w');
    await handle.truncate(ENDLESS_BYTES);
    await handle.close();
    const out = join(folder, 'out');
    const receiver = startExample('send-file', 'receive', out);
    const [, address = ''] = await receiver.said(/^address: (\S+)$/m);
    const sender = startExample('send-file', 'send', file, address);
    await firstBytes(join(out, 'endless.bin.part'));

    const interrupted = who === 'sender' ? sender : receiver;
    const other = who === 'sender' ? receiver : sender;
    interrupted.kill('SIGINT');
    expect(await interrupted.ended).toMatchObject({ code: 130, signal: null, stderr: '' });
    const { code, signal, stderr } = await other.ended;
    expect({ code, signal }).toEqual({ code: 1, signal: null });
    expect(stderr).toMatch(/^send-file: /);
    expect(await readdir(out)).toEqual([]);
  },
  LIMIT_MS,
);

test(
  'a client that does not know the token is sent away, and the receiver goes on',
  async () => {
    const file = join(folder, 'file');
    await writeFile(file, 'x');
    const out = join(folder, 'out');
    const receiver = startExample('send-file', 'receive', out);
    const [, address = ''] = await receiver.said(/^address: (\S+)$/m);
    const stranger = await runExample('send-file', 'send', file, address.replace(/\/[^/#]+#/, '/guess#'));
    expect(stranger.code).toBe(1);
    expect(await runExample('send-file', 'send', file, address)).toMatchObject({ code: 0, stderr: '' });
    expect((await receiver.ended).code).toBe(0);
    expect(await readFile(join(out, 'file'), 'utf8')).toBe('x');
  },
  LIMIT_MS,
);

/** Waits until something was written to `path`. */
async function firstBytes(path: string): Promise<void> {
  const end = performance.now() + FIRST_BYTES_MS;
  for (;;) {
    const size = await stat(path).then(
      (found) => found.size,
      () => 0,
    );
    if (size > 0) return;
    if (performance.now() > end) throw new Error(`nothing was written to ${path}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const FIRST_BYTES_MS = 30_000;
