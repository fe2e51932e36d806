import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ownFolder, resolvePackage } from '../../native/packages.js';

/** Path under which the server serves it. */
const BROWSER_MODULE_PATH = '/scoped-rtc.js';

/** Reads the module for web pages; from source, builds it. Throws when it can do neither. */
export async function readBrowserModule(): Promise<string> {
  const folder = ownFolder() ?? dirname(resolvePackage('scoped-rtc/package.json'));
  const built = join(folder, 'dist/browser/index.js');
  if (existsSync(built)) return readFile(built, 'utf8');
  try {
    // There in a checkout of the repository only.
    const builder = pathToFileURL(join(folder, 'scripts/build-browser.mjs')).href;
    const { buildBrowserModule } = (await import(/* webpackIgnore: true */ builder)) as {
      buildBrowserModule: () => Promise<string>;
    };
    return await buildBrowserModule();
  } catch (cause) {
    throw new Error("the browser's module has not been built; run `npm run build` once", { cause });
  }
}

/** The module for web pages, where it is served; it may be imported from a page of any origin. */
export function answer(
  { method, url }: IncomingMessage,
  response: ServerResponse,
  module: string | undefined,
): void {
  if (module === undefined || url?.split('?')[0] !== BROWSER_MODULE_PATH) {
    response.writeHead(426, { connection: 'close' }).end('WebSocket only\n');
    return;
  }
  response.writeHead(200, {
    ...{ 'content-type': 'text/javascript; charset=utf-8', 'x-content-type-options': 'nosniff' },
    ...{ 'access-control-allow-origin': '*', 'cache-control': 'no-cache', connection: 'close' },
  });
  response.end(method === 'HEAD' ? undefined : module);
}
