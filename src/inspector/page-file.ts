import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

/** The page, and the policy under which a browser runs it: nothing but what the file itself holds. */
export interface PageFile {
  readonly html: string;
  readonly policy: string;
}

/** `dist/inspector/page`, as seen from a file in `dist/inspector`, and from the CommonJS copy in `dist/cjs/inspector`. */
const BUILT = ['../inspector/page/index.html', '../../inspector/page/index.html'].map(
  (place) => new URL(place, import.meta.url),
);
/** There in a checkout of the repository only, where the page has not been built. */
const BUILDER = new URL('../../scripts/build-inspector.mjs', import.meta.url);

/** Reads the built page; from source, builds it. Throws when it can do neither. */
export async function loadPage(): Promise<PageFile> {
  const html = await readPage();
  return { html, policy: policyOf(html) };
}

async function readPage(): Promise<string> {
  const built = BUILT.find((file) => existsSync(file));
  if (built) return readFile(built, 'utf8');
  try {
    const { buildInspectorPage } = (await import(BUILDER.href)) as {
      buildInspectorPage: () => Promise<string>;
    };
    return await buildInspectorPage();
  } catch (cause) {
    throw new Error('the page of the inspector has not been built; run `npm run build` once', { cause });
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
