import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A test of the suite: its scripts in the order of the page. */
export interface Page {
  readonly scripts: readonly { readonly name: string; readonly text: string }[];
  /** It asks for the longer of the two time limits. */
  readonly isLong: boolean;
}

/** The scripts that a `.window.js` names for its page. */
export const scriptsNamedIn = (text: string): string[] =>
  [...text.matchAll(/^\/\/ META: script=(\S+)/gm)].map(([, path = '']) => path);

/** Reads `webrtc/FILE`, an HTML page or a `.window.js`. `testharnessreport.js` is left out: it is for browsers. */
export function readPage(folder: string, file: string): Page {
  const text = readFileSync(join(folder, 'webrtc', file), 'utf8');
  if (file.endsWith('.js')) {
    return {
      scripts: [
        ...['/resources/testharness.js', ...scriptsNamedIn(text)].flatMap(load),
        { name: file, text },
      ],
      isLong: /^\/\/ META: timeout=long/m.test(text),
    };
  }
  const scripts = text.matchAll(
    /<script(?:\s+src=["']?(?<source>[^"'>\s]+)["']?)?[^>]*>(?<inline>[^]*?)<\/script>/g,
  );
  return {
    scripts: [...scripts].flatMap(({ groups }) =>
      groups?.['source'] ? load(groups['source']) : [{ name: file, text: groups?.['inline'] ?? '' }],
    ),
    isLong: /<meta name=["']?timeout["']? content=["']?long/.test(text),
  };

  function load(source: string) {
    if (/testharnessreport|testdriver/.test(source)) return [];
    const path = source.startsWith('/') ? join(folder, source) : join(folder, 'webrtc', source);
    try {
      return [{ name: source, text: readFileSync(path, 'utf8') }];
    } catch {
      return []; // as in a browser, a script that is missing stops nothing
    }
  }
}
