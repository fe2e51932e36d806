import { runInThisContext } from 'node:vm';
import { createRequire } from 'node:module';
import { readPage } from './page.js';

/*
 * Runs one page of the suite: its scripts in one global scope, with the classes of an implementation as globals, and
 * prints a line for each subtest.
 */

const [folder = '', file = '', implementation = ''] = process.argv.slice(2);
const print = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);

/** Milliseconds that the suite gives a page. */
const LIMIT_MS = 10_000;
const LONG_LIMIT_MS = 60_000;

const IMPLEMENTATIONS: Readonly<
  Record<string, () => Promise<{ classes: object; end?: () => Promise<void> }>>
> = {
  async w3c() {
    const [{ RtcRuntime }, { scopedWebRTC }] = await Promise.all([
      import('scoped-rtc'),
      import('scoped-rtc/w3c'),
    ]);
    const scope = RtcRuntime.acquire('page');
    return { classes: scopedWebRTC(scope), end: () => scope.disposeAsync() };
  },
  async polyfill() {
    return { classes: await import('scoped-rtc/compat/polyfill') };
  },
  async raw() {
    return { classes: createRequire(import.meta.url)('node-datachannel/polyfill') as object };
  },
};

const { classes, end } = await IMPLEMENTATIONS[implementation]!();
const page = new EventTarget();
Object.assign(globalThis, {
  ...classes,
  self: globalThis,
  window: globalThis,
  addEventListener: page.addEventListener.bind(page),
  removeEventListener: page.removeEventListener.bind(page),
  dispatchEvent: page.dispatchEvent.bind(page),
});

/** The one that the suite uses to read a Blob. */
class FileReader extends EventTarget {
  result: ArrayBuffer | undefined;

  async readAsArrayBuffer(blob: Blob): Promise<void> {
    this.result = await blob.arrayBuffer();
    this.dispatchEvent(new Event('load'));
  }
}
Object.assign(globalThis, { FileReader });

/** The page has ended: nothing is judged any more. */
let isDone = false;
const fault = (event: string, details: object) => {
  if (!isDone) page.dispatchEvent(Object.assign(new Event(event), details));
};
process.on('uncaughtException', (error: Error) => fault('error', { error, message: error.message }));
process.on('unhandledRejection', (reason) => fault('unhandledrejection', { reason }));

type Body = (test: object) => Promise<unknown>;

interface Harness {
  promise_test(body: Body, ...rest: unknown[]): void;
  add_result_callback(callback: (test: Subtest) => void): void;
  add_completion_callback(
    callback: (tests: unknown, status: { status: number; message: string | null }) => void,
  ): void;
  timeout(): void;
}
interface Subtest {
  readonly name: string;
  readonly status: number;
  readonly message: string | null;
}

const { scripts, isLong } = readPage(folder, file);
const limitMs = isLong ? LONG_LIMIT_MS : LIMIT_MS;
const subtestMs = isLong ? LIMIT_MS : LIMIT_MS / 3;
const harness = globalThis as unknown as Harness;
for (const { name, text } of scripts) {
  try {
    runInThisContext(text, { filename: name });
  } catch (error) {
    fault('error', { error, message: String(error) });
  }
  if (!name.endsWith('testharness.js')) continue;
  // Not before: testharness.js would take this for a window.
  Object.assign(globalThis, { document: { getElementById: () => ({}), getElementsByTagName: () => [] } });
  endHanging();
  harness.add_result_callback(({ name: subtest, status, message }) => print({ subtest, status, message }));
  harness.add_completion_callback((_, { status, message }) => {
    isDone = true;
    clearTimeout(limit);
    print({ harness: status, message });
    void (end?.() ?? Promise.resolve()).then(() => print({ mainDone: true }));
  });
}
const limit = setTimeout(() => harness.timeout(), limitMs);

/** A subtest that hangs is not to cost those behind it. */
function endHanging(): void {
  const { promise_test: add } = harness;
  harness.promise_test = (body, ...rest) =>
    add(
      async (test) => {
        let timer: NodeJS.Timeout | undefined;
        const hangs = new Promise<never>((_, reject) => {
          timer = setTimeout(() => {
            if (!isLong && !isDone) limit.refresh();
            reject(new Error('it hangs'));
          }, subtestMs);
          timer.unref(); // of a subtest that the suite has ended
        });
        const runs = (async () => body(test))(); // it may throw at once
        await Promise.race([runs, hangs]).finally(() => clearTimeout(timer));
      },
      ...rest,
    );
}
