import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RuntimeTrace } from 'scoped-rtc';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTrace } from '../../src/inspector/model/trace-file.js';
import type { FeedMessage } from '../../src/inspector/protocol.js';
import { Child, ROOT } from '../support/child.js';
import { freePort } from '../support/free-port.js';

const CLI = join(ROOT, 'dist/cli/main.js');
const ADDRESS = /http:\/\/127\.0\.0\.1:\d+\/[\w-]+\//;

const RAW = `
import ndc from 'node-datachannel';
const [a, b] = ['alice', 'bob'].map((name) => new ndc.PeerConnection(name, { iceServers: [] }));
a.onLocalDescription((sdp, type) => b.setRemoteDescription(sdp, type));
b.onLocalDescription((sdp, type) => a.setRemoteDescription(sdp, type));
a.onLocalCandidate((candidate, mid) => b.addRemoteCandidate(candidate, mid));
b.onLocalCandidate((candidate, mid) => a.addRemoteCandidate(candidate, mid));
const channel = a.createDataChannel('chat');
channel.onOpen(() => channel.sendMessage('hello'));
b.onDataChannel((incoming) => {
  incoming.onMessage((text) => {
    console.log(text);
    for (const each of [channel, incoming, a, b]) each.close();
    ndc.cleanup();
    process.exitCode = 7;
  });
});
`;
const OWN = `
import { RtcRuntime } from 'scoped-rtc';
import { loopbackPair } from 'scoped-rtc/testing';
RtcRuntime.shared.installSignalHandlers();
const { near, far } = await loopbackPair(RtcRuntime.acquire('app'));
far.on('message', () => {});
const timer = setInterval(() => near.trySend('x'.repeat(1000)), 5);
near.signal.addEventListener('abort', () => clearInterval(timer));
`;
const FAILS = `
import { RtcRuntime } from 'scoped-rtc';
await using scope = RtcRuntime.acquire('app');
const pc = scope.createPeerConnection('alice', {
  iceServers: [{ urls: 'turn:127.0.0.1:9', username: 'me', credential: 'hunter2correcthorse' }],
});
pc.createDataChannel('chat');
await pc.connected({ timeout: 200 }).catch(() => {});
`;

let folder: string;
const file = (name: string) => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'inspect a program-'));
  symlinkSync(join(ROOT, 'node_modules'), file('node_modules'));
  writeFileSync(file('package.json'), JSON.stringify({ type: 'module', dependencies: {} }));
  writeFileSync(file('raw.mjs'), RAW);
  writeFileSync(
    file('own.mjs'),
    OWN.replaceAll(/'(scoped-rtc[^']*)'/g, (_, name) => `'${pathOf(name)}'`),
  );
  writeFileSync(
    file('fails.mjs'),
    `${FAILS.replace('await using scope', 'const scope').replace(`'scoped-rtc'`, `'${pathOf('scoped-rtc')}'`)}await scope.disposeAsync();`,
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The built package, as an application has it. */
const pathOf = (name: string) => join(ROOT, 'dist', name.replace('scoped-rtc', ''), 'index.js');
const inspect = (...args: string[]) => new Child(CLI, ['inspect', ...args], { folder });

it('a program on node-datachannel itself runs as it is, with its exit code, and leaves a trace', async () => {
  const { code, stdout, stderr } = await inspect(
    '--register',
    '--trace',
    'raw.json',
    '--',
    process.execPath,
    'raw.mjs',
  ).ended;
  expect({ code, stdout }).toEqual({ code: 7, stdout: 'hello\n' });
  expect(stderr).toMatch(ADDRESS);
  const trace = JSON.parse(readFileSync(file('raw.json'), 'utf8')) as RuntimeTrace;
  const created = trace.events.filter(({ type }) => type === 'create');
  expect(created.map(({ kind }) => kind)).toEqual([
    'PeerConnection',
    'PeerConnection',
    'DataChannel',
    'DataChannel',
  ]);
  expect(created[0]?.place).toMatch(/raw\.mjs:3:\d+$/);
});

it('a trace that cannot be written is a line on stderr, and the exit code stays that of the program', async () => {
  const { code, stderr } = await inspect(
    ...['--register', '--trace', 'nowhere/raw.json', '--', process.execPath, 'raw.mjs'],
  ).ended;
  expect(code).toBe(7);
  expect(stderr).toMatch(/^the trace could not be written: ENOENT.*nowhere/m);
  expect(stderr).not.toContain('    at ');
});

it('top gives the cursor back whatever signal ends it', async () => {
  const child = inspect('--', process.execPath, 'own.mjs');
  const [url] = await child.said(ADDRESS);
  const asTerminal = ['--import', 'data:text/javascript,process.stdout.isTTY = true'];
  for (const [signal, code] of [
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['SIGINT', 130],
  ] as const) {
    const top = new Child(CLI, ['top', url], { nodeArguments: asTerminal });
    await top.said(/handles/);
    top.kill(signal);
    const ended = await top.ended;
    expect([signal, ended.code]).toEqual([signal, code]);
    expect(ended.stdout.startsWith('\x1b[2J\x1b[?25l')).toBe(true);
    expect(ended.stdout.endsWith('\x1b[?25h')).toBe(true);
  }
  child.kill('SIGTERM');
  await child.ended;
});

it.each([
  ['doctor', 141],
  ['demo', 0],
])('%s whose reader has left ends without a word', async (command, code) => {
  const script = '{ "$0" "$@"; echo "code $?" >&2; } | head -n 1';
  const { stdout, stderr } = await new Child('sh', ['-c', script, process.execPath, CLI, command]).ended;
  expect(stdout.match(/\n/g)).toHaveLength(1);
  expect(stderr).toBe(`code ${code}\n`);
});

it('passes signals on, and the page still gets the teardown that the signal began; top shows the tree meanwhile', async () => {
  const child = inspect('--', process.execPath, 'own.mjs');
  const [url] = await child.said(ADDRESS);
  const top = await new Child(CLI, ['top', url]).ended;
  expect(top.code, top.stderr).toBe(0);
  expect(top.stdout).toMatch(/scoped-rtc {2}process \d+ {2}active {2}4 handles/);
  expect(top.stdout).toMatch(/^ {4}chat +open +\d.* kB/m);
  const torndown = pathsTornDown(await fetch(`${url}events`));
  child.kill('SIGTERM');
  expect((await child.ended).code).toBe(143);
  expect(await torndown).toContain('app');
});

/** Of the messages that the page got until its program had gone. */
async function pathsTornDown(page: Response): Promise<string[]> {
  let text = '';
  try {
    for await (const part of page.body!.pipeThrough(new TextDecoderStream())) text += part;
  } catch {
    // The process has exited without ending the stream.
  }
  const messages = [...text.matchAll(/^data: (.*)$/gm)].map(([, json]) => JSON.parse(json!) as FeedMessage);
  return messages.flatMap(({ teardowns }) => teardowns.map(({ path }) => path));
}

it('the trace of a connection that failed shows the cause, without the program and without its secrets', async () => {
  const { code } = await inspect('--trace', 'fails.json', '--', process.execPath, 'fails.mjs').ended;
  expect(code).toBe(0);
  const text = readFileSync(file('fails.json'), 'utf8');
  expect(text).not.toContain('hunter2');
  const { events } = openTrace(text).message;
  const waited = events.find(({ type }) => type === 'waited');
  expect(waited).toMatchObject({ path: 'app/alice' });
  expect(waited?.text).toContain('nobody at the other end of the signaling has answered the offer');
  expect(events.find(({ type }) => type === 'create')?.place).toMatch(/fails\.mjs:4:\d+$/);
});

it('a file that is no trace is refused with a reason', () => {
  for (const [text, reason] of [
    ['{', 'no JSON'],
    ['null', 'not a trace'],
    ['{"format":"scoped-rtc trace","version":2}', 'version 2'],
    ['{"format":"scoped-rtc trace","version":1,"events":5}', 'damaged'],
  ] as const) {
    expect(() => openTrace(text)).toThrow(reason);
  }
});

const WRONG_DEMOS = [
  ['demo', '--bogus'],
  ['demo', 'one', 'two'],
];

it('what is wrong with the arguments is said', async () => {
  for (const args of [
    ['inspect'],
    ['inspect', '--port', 'x', '--', 'node'],
    ['top'],
    ['nothing'],
    ...WRONG_DEMOS,
  ]) {
    const { code, stderr } = await new Child(CLI, args).ended;
    expect({ args, code }).toEqual({ args, code: 2 });
    expect(stderr).toContain('scoped-rtc inspect [--port N]');
  }
  expect((await new Child(CLI, ['top']).ended).stderr).toMatch(/^top needs the address of an inspector/);
  const nobody = await new Child(CLI, ['top', `http://127.0.0.1:${await freePort()}/`]).ended;
  expect([nobody.code, nobody.stderr]).toEqual([
    1,
    expect.stringMatching(/cannot be reached: .*ECONNREFUSED/),
  ]);
  const none = await inspect('--', 'no-such-program').ended;
  expect(none.code).toBe(127);
  expect(none.stderr).toContain('no-such-program could not be started');
});
