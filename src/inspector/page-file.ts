import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ownFolder, resolvePackage } from '../native/packages.js';

/** The page, and its content security policy, which allows only the scripts and styles in the file itself. */
export interface PageFile {
  readonly html: string;
  readonly policy: string;
}

/** Reads the built page, or builds it in a checkout of the repository. Throws when neither is possible. */
export async function loadPage(): Promise<PageFile> {
  const html = await readPage();
  return { html, policy: policyOf(html) };
}

async function readPage(): Promise<string> {
  const folder = ownFolder() ?? installedFolder();
  const built = join(folder, 'dist/inspector/page/index.html');
  if (existsSync(built)) return readFile(built, 'utf8');
  try {
    // Only a checkout of the repository has this script.
    const builder = pathToFileURL(join(folder, 'scripts/build-inspector.mjs')).href;
    const { buildInspectorPage } = (await import(/* webpackIgnore: true */ builder)) as {
      buildInspectorPage: () => Promise<string>;
    };
    return await buildInspectorPage();
  } catch (cause) {
    throw new Error('the page of the inspector has not been built; run `npm run build` once', { cause });
  }
}

/** A bundle does not contain the page, so it is read from the package where that is installed beside the bundle. */
function installedFolder(): string {
  try {
    return dirname(resolvePackage('scoped-rtc/package.json'));
  } catch (cause) {
    throw new Error(
      'the page of the inspector is not part of a bundle: mark scoped-rtc as external, or install it where the bundle ' +
        'runs (docs/bundling.md)',
      { cause },
    );
  }
}

function policyOf(html: string): string {
  const hashes = (tag: string) =>
    [...html.matchAll(new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`, 'g'))]
      .map(([, text = '']) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`)
      .join(' ');
  return [
    "default-src 'none'",
    `script-src ${hashes('script')}`,
    `style-src ${hashes('style')}`,
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
