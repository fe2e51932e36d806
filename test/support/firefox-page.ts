import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';
import { FIREFOX_PREFERENCES } from './browser-window.js';
import { within } from './event.js';
import { service } from './services.js';

/** A page of headless Firefox, driven by WebDriver BiDi: the one of Playwright is a Firefox of its own. */
export class FirefoxPage implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #profile: string;
  readonly #answers = new Map<number, (answer: { result?: unknown; message?: string }) => void>();
  #socket: WebSocket | undefined;
  #context = '';
  #asked = 0;

  private constructor(child: ChildProcess, profile: string) {
    this.#child = child;
    this.#profile = profile;
  }

  static async open(url: string): Promise<FirefoxPage> {
    const program = service('firefox');
    if (program === undefined) throw new Error('no firefox');
    const profile = mkdtempSync(join(tmpdir(), 'firefox-'));
    const preferences = Object.entries(FIREFOX_PREFERENCES).map(
      ([key, value]) => `user_pref(${JSON.stringify(key)}, ${JSON.stringify(value)});`,
    );
    writeFileSync(join(profile, 'user.js'), preferences.join('\n'));
    const args = ['--headless', '--no-remote', '--profile', profile, '--remote-debugging-port', '0'];
    const child = spawn(program, args, {
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true, // its processes are a group, which ends as one
      env: { ...process.env, HOME: profile, MOZ_HEADLESS: '1', MOZ_DISABLE_CONTENT_SANDBOX: '1' },
    });
    const page = new FirefoxPage(child, profile);
    await within(page.#connect(), 'Firefox', 60_000);
    await page.#ask('browsingContext.navigate', { context: page.#context, url, wait: 'complete' });
    return page;
  }

  /** The value of an expression in the page; a promise is awaited. */
  async evaluate(expression: string): Promise<unknown> {
    const answer = await this.#ask('script.evaluate', {
      expression: `Promise.resolve(${expression}).then(JSON.stringify)`,
      target: { context: this.#context },
      awaitPromise: true,
    });
    const { result, exceptionDetails } = answer as {
      result?: { value?: string };
      exceptionDetails?: { text: string };
    };
    if (exceptionDetails) throw new Error(exceptionDetails.text);
    return result?.value === undefined ? undefined : JSON.parse(result.value);
  }

  /** Resolves when the expression is true. */
  async until(expression: string): Promise<void> {
    const condition = `new Promise((resolve) => { const look = () => (${expression}) ? resolve(true) : setTimeout(look, 50); look(); })`;
    await within(this.evaluate(condition), expression, 30_000);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket?.terminate();
    const { pid } = this.#child;
    if (pid !== undefined && this.#child.exitCode === null) {
      const ended = once(this.#child, 'exit');
      process.kill(-pid, 'SIGKILL');
      await ended;
    }
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }

  async #connect(): Promise<void> {
    const socket = new WebSocket(`${await this.#address()}/session`);
    this.#socket = socket;
    await once(socket, 'open');
    socket.on('message', (data: Buffer) => {
      const answer = JSON.parse(data.toString()) as { id?: number; result?: unknown; message?: string };
      if (answer.id !== undefined) this.#answers.get(answer.id)?.(answer);
    });
    await this.#ask('session.new', { capabilities: {} });
    const tree = (await this.#ask('browsingContext.getTree', {})) as { contexts: { context: string }[] };
    this.#context = tree.contexts[0]?.context ?? '';
  }

  async #address(): Promise<string> {
    for await (const line of createInterface(this.#child.stderr!)) {
      const found = /WebDriver BiDi listening on (ws:\S+)/.exec(line);
      if (found?.[1]) {
        this.#child.stderr?.resume();
        return found[1];
      }
    }
    throw new Error('Firefox ended');
  }

  #ask(method: string, params: object): Promise<unknown> {
    const id = ++this.#asked;
    return new Promise((resolve, reject) => {
      this.#answers.set(id, ({ result, message }) => {
        if (message === undefined) resolve(result);
        else reject(new Error(`${method}: ${message}`));
      });
      this.#socket?.send(JSON.stringify({ id, method, params }));
    });
  }
}
