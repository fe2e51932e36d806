import { mkdir, mkdtemp, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runExample, startExample } from './example-process.js';

const LIMIT_MS = 90_000;

/** Far more than is transferred before the interrupt. */
const LONG_BYTES = 80 * 1024 ** 2;

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

/** A transfer that was interrupted in its middle, and what is left of it. */
async function interrupted(who: 'sender' | 'receiver', ...options: string[]) {
  const file = join(folder, 'long.bin');
  const handle = await open(file, 'w'); // sparse, but for its end
  await handle.truncate(LONG_BYTES);
  await handle.write('the end', LONG_BYTES);
  await handle.close();
  const out = join(folder, 'out');
  const receiver = await startExample('send-file', 'receive', out);
  const [, address = ''] = await receiver.said(/^address: (\S+)$/m);
  const sender = await startExample('send-file', ...options, 'send', file, address);
  await firstBytes(join(out, 'long.bin.part'));
  const [one, other] = who === 'sender' ? [sender, receiver] : [receiver, sender];
  one.kill('SIGINT');
  expect(await one.ended).toMatchObject({ code: 130, signal: null, stderr: '' });
  return { file, out, address, other };
}

async function expectWhole(file: string, out: string): Promise<void> {
  expect(await readdir(out)).toEqual(['long.bin']);
  expect((await stat(join(out, 'long.bin'))).size).toBe((await stat(file)).size);
}

test(
  'a sender over three connections that was interrupted goes on where it was, to the receiver that waits for it',
  async () => {
    const connections = ['--connections', '3'];
    const { file, out, address, other: receiver } = await interrupted('sender', ...connections);
    await receiver.said(/^interrupted \(RTC_\w+\), waiting for the sender to come back$/m);
    expect((await stat(join(out, 'long.bin.part'))).size).toBeLessThan(LONG_BYTES);
    const again = await runExample('send-file', ...connections, 'send', file, address);
    expect(again).toMatchObject({ code: 0, stderr: '' });
    const { code, stdout, stderr } = await receiver.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [, hash = 'none'] = /SHA-256 ([0-9a-f]{64})/.exec(stdout) ?? [];
    expect(again.stdout).toContain(hash);
    await expectWhole(file, out);
  },
  LIMIT_MS,
);

test(
  'a receiver that was interrupted ends the sender, and the next transfer continues',
  async () => {
    const { file, out, other: sender } = await interrupted('receiver');
    const { code, signal, stderr } = await sender.ended;
    expect({ code, signal }).toEqual({ code: 1, signal: null });
    expect(stderr).toMatch(/^send-file: /);
    const { size } = await stat(join(out, 'long.bin.part'));
    expect(size).toBeLessThan(LONG_BYTES);
    const again = await runExample('send-file', file, out);
    expect(again).toMatchObject({ code: 0, stderr: '' });
    await expectWhole(file, out);
  },
  LIMIT_MS,
);

test(
  'a part of another file is not continued to the end: its hash is wrong, and it goes',
  async () => {
    const file = join(folder, 'file');
    await writeFile(file, 'abcdef');
    const out = join(folder, 'out');
    await mkdir(out);
    await writeFile(join(out, 'file.part'), 'xyz');
    const wrong = await runExample('send-file', file, out);
    expect(wrong.code).toBe(1);
    expect(await readdir(out)).toEqual([]);
    expect((await runExample('send-file', file, out)).code).toBe(0);
    expect(await readFile(join(out, 'file'), 'utf8')).toBe('abcdef');
  },
  LIMIT_MS,
);

test(
  'a client that does not know the token is sent away, and the receiver goes on',
  async () => {
    const file = join(folder, 'file');
    await writeFile(file, 'x');
    const out = join(folder, 'out');
    const receiver = await startExample('send-file', 'receive', out);
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
