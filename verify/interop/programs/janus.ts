import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../../test/support/free-port.js';
import { sayLine, takeLines } from './lines.js';

/**
 * A Janus server of its own, and a handle of its EchoTest plugin as the peer: `janus.ts FOLDER`, where its plugins and transports are.
 * The plugin answers an offer, and sends back what it gets: bytes as they are, a text with words before it, media.
 */
const [, , installed = ''] = process.argv;

/** https://janus.conf.meetecho.com/docs/rest: what a request is answered with, and what an event has. */
interface Answer {
  readonly janus: string;
  readonly data?: { readonly id: number };
  readonly error?: { readonly reason: string };
  readonly sender?: number;
  readonly jsep?: { readonly type: 'answer'; readonly sdp: string };
}

interface Handle {
  readonly session: string;
  readonly url: string;
}

const folder = mkdtempSync(join(tmpdir(), 'janus-'));
let server: ChildProcess | undefined;
let handle: Handle | undefined;

/** Only what is needed: a plugin that is loaded may open ports. */
async function start(): Promise<string> {
  const port = await freePort();
  for (const [kind, library] of [
    ['plugins', 'libjanus_echotest.so'],
    ['transports', 'libjanus_http.so'],
  ] as const) {
    mkdirSync(join(folder, kind));
    symlinkSync(join(installed, kind, library), join(folder, kind, library));
  }
  for (const none of ['events', 'loggers']) mkdirSync(join(folder, none));
  const folders = ['plugins', 'transports', 'events', 'loggers'].map(
    (each) => `${each}_folder = "${join(folder, each)}"`,
  );
  writeFileSync(
    join(folder, 'janus.jcfg'),
    `general: {\n configs_folder = "${folder}"\n ${folders.join('\n ')}\n}\n`,
  );
  const http = `json = "compact"\n base_path = "/janus"\n http = true\n port = ${port}\n ip = "127.0.0.1"`;
  writeFileSync(join(folder, 'janus.transport.http.jcfg'), `general: {\n ${http}\n}\n`);
  server = spawn('janus', ['--configs-folder', folder, '--disable-stdout', '--debug-level', '1'], {
    stdio: 'ignore',
  });
  const url = `http://127.0.0.1:${port}/janus`;
  const signal = AbortSignal.timeout(30_000);
  for (;;) {
    const info = await fetch(`${url}/info`, { signal }).catch(() => undefined);
    if (info?.ok) return url;
    signal.throwIfAborted();
  }
}

async function ask(url: string, janus: string, given: object = {}): Promise<Answer> {
  const response = await fetch(url, {
    method: 'POST',
    body: JSON.stringify({ janus, transaction: randomUUID(), ...given }),
  });
  const answer = (await response.json()) as Answer;
  if (answer.error) throw new Error(`${janus}: ${answer.error.reason}`);
  return answer;
}

/** Events of a session come by long polls, which end with the session. */
async function listen(session: string): Promise<void> {
  for (;;) {
    const response = await fetch(`${session}?maxev=1`);
    const event = (await response.json()) as Answer;
    if (event.error || event.janus === 'timeout') return;
    if (event.jsep) sayLine({ description: event.jsep });
    if (event.janus === 'hangup') sayLine({ event: 'hangup' });
  }
}

const CALLS: Readonly<Record<string, (given: Record<string, unknown>) => Promise<unknown>>> = {
  async create() {
    const root = await janus;
    const session = `${root}/${(await ask(root, 'create')).data?.id}`;
    const { data } = await ask(session, 'attach', { plugin: 'janus.plugin.echotest' });
    handle = { session, url: `${session}/${data?.id}` };
    listen(session).catch((error: unknown) => sayLine({ event: 'error', text: String(error) }));
  },
  /** As by its own application: the connection is closed, the handle stays. */
  async close() {
    await ask(urlOf(handle), 'hangup');
  },
  async die() {
    server?.kill('SIGKILL');
  },
};

function urlOf(given: Handle | undefined): string {
  if (!given) throw new Error('no handle was created');
  return given.url;
}

async function take(message: Record<string, unknown>): Promise<void> {
  const { id } = message;
  try {
    if ('description' in message) {
      await ask(urlOf(handle), 'message', {
        body: { audio: true, video: true },
        jsep: message.description,
      });
    } else if ('candidate' in message) {
      await ask(urlOf(handle), 'trickle', { candidate: message.candidate ?? { completed: true } });
    } else {
      const call = CALLS[String(message.call)];
      if (!call) throw new Error(`Janus has no ${String(message.call)}`);
      sayLine({ id, value: await call(message) });
    }
  } catch (error) {
    if (id === undefined) sayLine({ event: 'error', text: String(error) });
    else sayLine({ id, error: String(error) });
  }
}

async function end(): Promise<void> {
  if (server && server.exitCode === null && server.signalCode === null) {
    const ended = once(server, 'exit');
    server.kill('SIGKILL');
    await ended;
  }
  rmSync(folder, { recursive: true, force: true });
  process.exit();
}

const janus = start();
let steps: Promise<void> = janus.then(() => sayLine({ event: 'ready' }));
takeLines(
  (message) => {
    steps = steps.then(() => take(message));
  },
  () => void end(),
);
