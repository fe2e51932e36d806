import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { ROOT } from '../../test/support/child.js';

/** Where packages that the project does not have are looked for. */
const MODULES = process.env.INTEROP_MODULES ?? ROOT;

/** What a peer cannot do, also with the raw binding, and which scenarios are therefore not asked of it. */
export type Ability =
  'media' | 'H264' | 'stats' | 'empty messages' | 'stop media' | 'rollback' | 'transceivers';

/** A WebRTC implementation to talk to. */
export interface PeerKind {
  readonly title: string;
  /** What brings it. */
  readonly from: string;
  /** Its program and arguments, or undefined where it is not installed. */
  find(): readonly [program: URL | string, ...args: string[]] | undefined;
  version(): string;
  readonly lacks?: readonly Ability[];
}

const program = (name: string) => new URL(`programs/${name}`, import.meta.url);

function commandPath(...names: string[]): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return names
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find((path) => existsSync(path));
}

function browser(title: string, from: string, lacks: readonly Ability[], ...commands: string[]): PeerKind {
  return {
    title,
    from,
    lacks,
    find() {
      const path = commandPath(...commands);
      return path === undefined ? undefined : [program('browser.ts'), title.toLowerCase(), path];
    },
    version: () =>
      firstNumber(spawnSync(commandPath(...commands) ?? '', ['--version'], { encoding: 'utf8' }).stdout),
  };
}

function nodePackage(title: string, name: string, lacks: readonly Ability[] = []): PeerKind {
  const manifest = join(MODULES, 'node_modules', name, 'package.json');
  return {
    title,
    from: `npm ${name}`,
    lacks,
    find: () => (existsSync(manifest) ? [program('node.ts'), title, MODULES] : undefined),
    version: () => (createRequire(import.meta.url)(manifest) as { version: string }).version,
  };
}

function firstNumber(text: string | undefined): string {
  return /\d+(?:\.\d+)+/.exec(text ?? '')?.[0] ?? 'unknown';
}

export const PEERS: Readonly<Record<string, PeerKind>> = {
  chromium: browser('Chromium', 'apt chromium', [], 'chromium', 'chromium-browser', 'google-chrome'),
  firefox: browser('Firefox', 'apt firefox-esr', ['H264'], 'firefox-esr', 'firefox'),
  wrtc: nodePackage('wrtc', '@roamhq/wrtc', ['H264', 'rollback']),
  werift: nodePackage('werift', 'werift', ['empty messages', 'stats', 'stop media', 'H264']),
  raw: {
    title: 'node-datachannel',
    from: 'this package',
    lacks: ['media', 'stats'],
    find: () => [program('node.ts'), 'raw', MODULES],
    version: () => versionOf('node-datachannel'),
  },
  ours: {
    title: 'scoped-rtc',
    from: 'this package',
    lacks: ['media', 'stats'],
    find: () => [program('ours.ts')],
    version: () => versionOf('scoped-rtc'),
  },
};

function versionOf(name: string): string {
  const path = name === 'scoped-rtc' ? './package.json' : `./node_modules/${name}/package.json`;
  return (createRequire(`${ROOT}/`)(path) as { version: string }).version;
}
