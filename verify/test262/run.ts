import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runInThisContext } from 'node:vm';
import { RtcRuntime, RtcScope, SuppressedError } from 'scoped-rtc';
import { createFakeBinding } from 'scoped-rtc/testing';

/*
 * The language's own tests of `AsyncDisposableStack`, with an `RtcScope` in its place: `npm run test262 -- --tests FOLDER`,
 * where FOLDER is a checkout of test262. Those of the prototype; a scope is acquired, so the constructor's do not apply.
 * Prints what fails, and ends with 1 where that is not what `DIFFERENT` names.
 */

/** Ends of paths, with why a scope differs from the language. */
const DIFFERENT: Readonly<Record<string, string>> = {
  'Symbol.toStringTag.js': 'it is an RtcScope',
  'constructor.js': 'it has a constructor of its own',
  'prop-desc.js': 'it has a constructor of its own',
  'proto.js': 'its prototype inherits from that of Scope',
};

const { tests } = parseArgs({ options: { tests: { type: 'string' } } }).values;
if (tests === undefined) throw new TypeError('--tests FOLDER: a checkout of test262');

// Scopes within one: the end of an outermost one may wait for the library's cleanup, too.
const root = new RtcRuntime({ native: createFakeBinding() }).scope('test262');
function AsyncDisposableStack(): RtcScope {
  return root.fork();
}
AsyncDisposableStack.prototype = RtcScope.prototype;
/** Only as something that is no asynchronous one. */
class DisposableStack {}
Object.assign(globalThis, { AsyncDisposableStack, DisposableStack, SuppressedError });
// A test of a property deletes it.
const members = Object.getOwnPropertyDescriptors(RtcScope.prototype);

const folder = join(tests, 'test/built-ins/AsyncDisposableStack/prototype');
const harness = (name: string) => readFileSync(join(tests, 'harness', name), 'utf8');
const failed = new Map<string, string>();
const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
  path.endsWith('.js'),
);
for (const path of paths.toSorted()) {
  const error = await failureOf(readFileSync(join(folder, path), 'utf8'));
  if (error !== undefined) failed.set(path, error);
}
await root.disposeAsync().catch(() => {}); // with what tests have left in it, which may throw
for (const [path, error] of failed) console.log(`${path}: ${DIFFERENT[path] ?? error}`);
console.log(`${paths.length - failed.size} of ${paths.length} pass`);
const expected = Object.keys(DIFFERENT);
const isExpected = failed.size === expected.length && expected.every((path) => failed.has(path));
process.exitCode = isExpected ? 0 : 1;

/** Runs a test in a function of its own, with a harness of its own. */
async function failureOf(text: string): Promise<string | undefined> {
  const includes = /^includes: \[(.*)\]/m.exec(text)?.[1]?.split(/,\s*/) ?? [];
  const scripts = ['sta.js', 'assert.js', 'compareArray.js', ...includes].map(harness);
  Object.defineProperties(RtcScope.prototype, members);
  const isAsync = /^flags: \[.*async/m.test(text);
  try {
    const run = runInThisContext(`(function () {\n${[...scripts, text].join('\n')}\n})`) as () => void;
    const error = await new Promise<unknown>((resolve) => {
      Object.assign(globalThis, { $DONE: resolve });
      run();
      if (!isAsync) resolve(undefined);
    });
    return error === undefined ? undefined : String(error);
  } catch (error) {
    return String(error);
  }
}
