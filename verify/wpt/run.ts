import { readdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Child } from '../../test/support/child.js';
import { Chromium } from './chromium.js';
import { CORE } from './core.js';
import { faultsOf, type PageResult, passes, type Subtest, tableOf } from './results.js';

/*
 * The W3C's own tests, web-platform-tests, of which `FOLDER` holds `webrtc/` and `resources/`. Each page runs in a
 * process of its own for each implementation.
 *
 *     npm run wpt -- --tests FOLDER --w3c --polyfill --raw   `scopedWebRTC()`, our polyfill, node-datachannel's
 *     npm run wpt -- --tests FOLDER --chromium --w3c         also what Chromium passes without media, and in brackets
 *                                                            how much of that the others pass
 *     npm run wpt -- --tests FOLDER --only ondatachannel     pages whose name contains that
 *     npm run wpt -- --tests FOLDER --w3c --all               also pages about media and of browsers only
 *     npm run wpt -- --tests FOLDER --w3c --failures         also why what fails does
 *
 * Ends with 1 when a process did not end by itself.
 */

const IMPLEMENTATIONS = ['w3c', 'polyfill', 'raw'] as const;

const { values } = parseArgs({
  options: {
    tests: { type: 'string' },
    only: { type: 'string', default: '' },
    w3c: { type: 'boolean', default: false },
    polyfill: { type: 'boolean', default: false },
    raw: { type: 'boolean', default: false },
    chromium: { type: 'boolean', default: false },
    failures: { type: 'boolean', default: false },
    all: { type: 'boolean', default: false },
    json: { type: 'string' },
  },
});
const { tests, only } = values;
if (tests === undefined) throw new TypeError('--tests FOLDER: a checkout of web-platform-tests');
const chosen = IMPLEMENTATIONS.filter((name) => values[name]);
const implementations = chosen.length > 0 || values.chromium ? chosen : (['w3c'] as const);
const all = readdirSync(`${tests}/webrtc`).filter((name) => /\.html$|\.window\.js$/.test(name));
const pages = all.filter((name) => name.includes(only) && (values.all || CORE.includes(name))).toSorted();

await using browser = values.chromium ? await Chromium.launch(tests) : undefined;
const results = new Map<string, Map<string, PageResult>>();
for (const page of pages) {
  const found = new Map<string, PageResult>();
  results.set(page, found);
  if (browser) found.set('chromium', await browser.run(page.replace(/\.js$/, '.js.html')));
  for (const name of implementations) found.set(name, await run(page, name));
  process.stderr.write(
    `${page}: ${[...found].map(([name, result]) => `${name} ${passes(result).size}`).join(', ')}\n`,
  );
}
console.log(tableOf(results, [...implementations, ...(browser ? ['chromium'] : [])], browser && 'chromium'));
for (const fault of faultsOf(results)) console.log(`- ${fault}`);
if (values.failures) printFailures();
if (values.json !== undefined)
  writeFileSync(
    values.json,
    JSON.stringify([...results].map(([page, by]) => [page, Object.fromEntries(by)])),
  );
process.exitCode = faultsOf(results).some((fault) => fault.includes('did not end')) ? 1 : 0;

async function run(page: string, implementation: string): Promise<PageResult> {
  const child = new Child(new URL('program.ts', import.meta.url), [tests!, page, implementation], {
    timeout: 90_000,
    lingers: 5000,
    nodeArguments: ['--expose-gc'],
  });
  const { lines, exitedByItself, code, stderr } = await child.ended;
  const subtests = lines.flatMap((line) =>
    'subtest' in line ? [{ ...line, name: line['subtest'] } as unknown as Subtest] : [],
  );
  const harness = lines.find((line) => 'harness' in line);
  if (!harness) return { subtests, fault: `ended with ${code} before the page did: ${stderr.slice(-200)}` };
  if (!exitedByItself) return { subtests, fault: 'the process did not end by itself' };
  if (harness['harness'] !== 0) return { subtests, fault: `harness: ${String(harness['message'])}` };
  return { subtests };
}

/** Why an implementation fails what Chromium passes, or what it fails where Chromium is not asked. */
function printFailures(): void {
  for (const [page, by] of results) {
    const wanted = by.get('chromium');
    for (const name of implementations) {
      for (const { name: subtest, status, message } of by.get(name)?.subtests ?? []) {
        if (status === 0 || (wanted && !passes(wanted).has(subtest))) continue;
        console.log(`${name}, ${page}: ${subtest}\n    ${message ?? 'no message'}`);
      }
    }
  }
}
