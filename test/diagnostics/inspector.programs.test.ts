import { request } from 'node:http';
import { connect } from 'node:net';
import { type NodeSnapshot, RtcRuntime } from 'scoped-rtc';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Inspector, openInspector } from '../../src/inspector/index.js';
import { createFakeBinding } from '../../src/testing/index.js';
import { runChild } from '../support/child.js';
import { until, within } from '../support/event.js';

interface Answer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** A request with whatever headers; `fetch` does not let a program set Host. */
function ask(url: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return within(
    new Promise((resolve, reject) => {
      request(url, { headers, method, agent: false }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => {
          text += part;
        });
        response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text }));
      })
        .on('error', reject)
        .end();
    }),
    'the answer',
  );
}

let runtime: RtcRuntime;
let inspector: Inspector;

beforeEach(async () => {
  runtime = new RtcRuntime({ native: createFakeBinding() });
  inspector = await openInspector({ runtime });
});

afterEach(async () => {
  await inspector.close();
  await runtime.shutdown();
});

describe('who may look', () => {
  it('whoever has the URL gets a page that may run nothing but itself', async () => {
    expect(inspector.url).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:${inspector.port}/[\\w-]{32}/$`));
    const { status, headers, text } = await ask(inspector.url);
    expect(status).toBe(200);
    const policy = String(headers['content-security-policy']);
    expect(policy).toMatch(/^default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+';/);
    expect(policy).not.toContain('unsafe');
    expect(headers['cache-control']).toBe('no-store');
    expect(text).not.toMatch(/(src|href)="(?!data:,)/);
    // The licences of what is bundled go with it.
    expect(text).toMatch(/preact [\d.]+\s+The MIT License[\s\S]*Copyright \(c\) 2015-present Jason Miller/);
    expect(text).toMatch(/uplot [\d.]+[\s\S]*Copyright \(c\) \d+ Leon Sorokin/);
  });

  const pages = ['', 'events', 'snapshot', 'nowhere'];
  const wrong: [string, (url: string, port: number) => [string, Record<string, string>]][] = [
    ['another token', (url) => [url.replace(/\/[\w-]{32}\//, `/${'x'.repeat(32)}/`), {}]],
    ['a shorter token', (url) => [url.replace(/.{4}\/$/, '/'), {}]],
    ['no token', (url) => [new URL('/', url).href, {}]],
    ['a foreign Host', (url, port) => [url, { host: `evil.example:${port}` }]],
    ['the Host of another port', (url) => [url, { host: '127.0.0.1:1' }]],
    ['a foreign Origin', (url) => [url, { origin: 'https://evil.example' }]],
    ['the Origin of another port', (url) => [url, { origin: 'http://127.0.0.1:1' }]],
    ['an opaque Origin', (url) => [url, { origin: 'null' }]],
  ];
  it.each(wrong)('%s: 403 on every path, and nothing is sent', async (_, change) => {
    const [url, headers] = change(inspector.url, inspector.port);
    for (const page of pages) {
      const { status, text } = await ask(url + page, headers);
      expect({ page, status }).toEqual({ page, status: 403 });
      expect(text).toBe('forbidden: open the URL that openInspector() gave\n');
    }
    expect(inspector.viewers).toBe(0);
  });

  it('its own Origin, and localhost, are right; other paths and methods are not', async () => {
    const host = `localhost:${inspector.port}`;
    expect((await ask(`${inspector.url}snapshot`, { host, origin: `http://${host}` })).status).toBe(200);
    expect((await ask(`${inspector.url}nowhere`)).status).toBe(404);
    expect((await ask(inspector.url, {}, 'POST')).status).toBe(405);
  });
});

it('sends the whole to a new viewer, then what changes', async () => {
  const response = await fetch(`${inspector.url}events`);
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const message = async () => {
    for (;;) {
      const found = /data: (.*)\n\n/.exec(text);
      if (found) {
        text = text.slice(found.index + found[0].length);
        return JSON.parse(found[1]!) as {
          full: boolean;
          made: { id: number; path: string }[];
          updates: [id: number, state: string][];
          gone: number[];
          teardowns: { path: string; report: object[] }[];
        };
      }
      const { value, done } = await within(reader.read(), 'the next message');
      if (done) throw new Error('the stream ended');
      text += value;
    }
  };
  const next = async (wanted: (one: Awaited<ReturnType<typeof message>>) => boolean) => {
    for (let n = 0; n < 50; n++) {
      const one = await message();
      if (wanted(one)) return one;
      expect(one.full).toBe(false);
    }
    throw new Error('it was not reported');
  };
  expect(await message()).toMatchObject({ full: true, made: [], gone: [] });
  expect(inspector.viewers).toBe(1);

  const scope = runtime.scope('app');
  const pc = scope.createPeerConnection('alice');
  const { made } = await next((one) => one.made.length > 0);
  expect(made.map(({ path }) => path)).toEqual(['app', 'app/alice']);
  const id = made[1]?.id as number;
  await pc.close();
  expect((await next((one) => one.gone.length > 0)).gone).toEqual([id]);

  // One of the same name in the same place is another.
  scope.createPeerConnection('alice');
  const again = await next((one) => one.made.length > 0);
  expect(again.made.map(({ path }) => path)).toEqual(['app/alice']);
  expect(again.made[0]?.id).toBeGreaterThan(id);

  let report: readonly object[] = [];
  runtime.on('teardown', (steps) => {
    report = steps;
  });
  await scope.disposeAsync();
  const { teardowns } = await next((one) => one.teardowns.some(({ path }) => path === 'app'));
  expect(teardowns.find(({ path }) => path === 'app')?.report).toEqual(report);
  await reader.cancel();
});

it('gives the same as JSON, warnings and teardowns from before included', async () => {
  const scope = runtime.scope('app');
  using _quiet = runtime.subscribe('warning', () => {});
  const pc = scope.createPeerConnection('alice');
  expect(() => pc.dependsOn(pc)).toThrow();
  const room = scope.fork('room');
  room.createPeerConnection('bob');
  await room.disposeAsync();
  // A teardown of one member is an event, and no more.
  await scope.fork('empty').disposeAsync();
  const whole = JSON.parse((await ask(`${inspector.url}snapshot`)).text) as {
    made: NodeSnapshot[];
    warnings: { code: string }[];
    teardowns: { path: string }[];
  };
  expect(whole.made.map(({ path }) => path)).toEqual(['app', 'app/alice']);
  expect(whole.warnings.map(({ code }) => code)).toEqual(['RTC_DEPENDENCY_CYCLE']);
  expect(whole.teardowns.map(({ path }) => path)).toEqual(['app/room']);
});

it('closes with its viewers, twice as well as once, and lets the port go', async () => {
  const response = await fetch(`${inspector.url}events`);
  const { port } = inspector;
  await Promise.all([inspector.close(), inspector.close()]);
  await within(
    response.text().catch(() => ''),
    'the end of the stream',
  );
  await using again = await openInspector({ runtime, port });
  expect(again.port).toBe(port);
  expect(again.url).not.toBe(inspector.url);
  await expect(openInspector({ runtime, port })).rejects.toThrow('EADDRINUSE');
});

it('viewers that share a connection, one request waiting behind another, go with it', async () => {
  const socket = connect(inspector.port, '127.0.0.1').resume();
  const request = `GET ${new URL(inspector.url).pathname}events HTTP/1.1\r\nHost: 127.0.0.1:${inspector.port}\r\n\r\n`;
  socket.write(request.repeat(2));
  await until(() => inspector.viewers === 2, 'both viewers');
  socket.destroy();
  await until(() => inspector.viewers === 0, 'their end');
});

it('does not keep the process alive, not even with a viewer', async () => {
  const { code, lines, exitedByItself } = await runChild(
    new URL('programs/inspected-and-left.ts', import.meta.url),
  );
  expect(code).toBe(0);
  expect(lines).toContainEqual({ viewers: 1 });
  expect(exitedByItself).toBe(true);
});

it('refuses wrong options by name', async () => {
  await expect(openInspector({ port: -1 })).rejects.toThrow(/options\.port must be an integer/);
  await expect(openInspector({ port: '80' } as never)).rejects.toThrow(TypeError);
  await expect(openInspector({ interval: 1 })).rejects.toThrow(/options\.interval/);
  await expect(openInspector({ runtime: {} } as never)).rejects.toThrow(
    /options\.runtime must be an RtcRuntime/,
  );
  await expect(openInspector({ host: '0.0.0.0' } as never)).rejects.toThrow(
    /options\.host is not a known option/,
  );
});
