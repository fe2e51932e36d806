import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT } from '../../test/support/child.js';
import { service } from '../../test/support/services.js';
import { buildPion, findPion } from './pion.js';

/** Where packages that the project does not have are looked for. */
const MODULES = process.env.INTEROP_MODULES ?? ROOT;

/** What a peer cannot do, also with the raw binding, and which scenarios are therefore not asked of it. */
export type Ability =
  | 'media'
  | 'H264'
  | 'stats'
  | 'empty messages'
  | 'stop media'
  | 'remove media'
  | 'rollback'
  | '64 kB'
  | 'reading what came before its close'
  | 'ice restart'
  | 'key frames'
  | 'rejecting media'
  | 'resuming media'
  | 'an offer while it connects'
  | 'reporting whether a channel of ours is ordered'
  | 'a conflict of ICE roles'
  | 'a negotiated channel'
  | 'keeping what its program has not read'
  | 'echo'
  | 'relaying';

/** A WebRTC implementation to talk to. */
export interface PeerKind {
  readonly title: string;
  /** What brings it. */
  readonly from: string;
  /** Its program and arguments, or undefined where it is not installed. */
  find(): readonly [program: URL | string, ...args: string[]] | undefined;
  version(): string;
  /** Builds its program where that has not been done: once for a checkout. May take a minute. */
  prepare?(): Promise<void>;
  readonly lacks?: readonly Ability[];
  /** A server that others have written whole: it is asked what servers are asked, and nothing else. */
  readonly isServer?: boolean;
}

const program = (name: string) => new URL(`programs/${name}`, import.meta.url);

function browser(
  title: string,
  name: 'chromium' | 'firefox',
  from: string,
  lacks: readonly Ability[],
): PeerKind {
  return {
    title,
    from,
    lacks,
    find() {
      const path = service(name);
      return path === undefined ? undefined : [program('browser.ts'), name, path];
    },
    version: () => firstNumber(spawnSync(service(name) ?? '', ['--version'], { encoding: 'utf8' }).stdout),
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

const PYTHON = '/usr/bin/python3';

/** A package of Debian for the Python of the system. */
function pythonPackage(title: string, name: string, file: string, lacks: readonly Ability[]): PeerKind {
  const folder = '/usr/lib/python3/dist-packages';
  return {
    title,
    from: `apt python3-${name}`,
    lacks,
    find: () => (existsSync(join(folder, name)) ? [PYTHON, fileURLToPath(program(file))] : undefined),
    version: () => firstNumber(readdirSync(folder).find((entry) => entry.startsWith(`${name}-`))),
  };
}

const pion: PeerKind = {
  title: 'pion',
  from: 'apt golang-go golang-github-pion-webrtc.v3-dev',
  lacks: ['rollback', 'stop media', '64 kB', 'resuming media', 'a conflict of ICE roles'],
  find: findPion,
  version: () => debianVersion('golang-github-pion-webrtc.v3-dev'),
  prepare: buildPion,
};

const LIBRARIES = `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`;
const JANUS = join(LIBRARIES, 'janus');
const PLUGINS = join(LIBRARIES, 'gstreamer-1.0');
const GSTREAMER = { webrtc: join(PLUGINS, 'libgstwebrtc.so'), nice: join(PLUGINS, 'libgstnice.so') };

function debianVersion(name: string): string {
  return firstNumber(spawnSync('dpkg-query', ['-W', '-f', '${Version}', name], { encoding: 'utf8' }).stdout);
}

function firstNumber(text: string | undefined): string {
  return /\d+(?:\.\d+)+/.exec(text ?? '')?.[0] ?? 'unknown';
}

/**
 * When our offer is rolled back for the peer's, the library stays ICE-controlling, as the peer is. pion drops checks of a peer that
 * controls as well, instead of settling it (RFC 8445, section 7.3.1.1): it connects when our tie-breaker is the smaller
 * one. aiortc and werift settle it, and number their channels by who controls in the end, not by the DTLS role (RFC 8832,
 * section 6). All three are a matter of chance with the raw binding, too.
 */
const ROLE_CONFLICT: Ability = 'a conflict of ICE roles';

/** The binding does not say how a channel that the peer made is delivered; its polyfill, and ours, say the default. */
const DELIVERY: Ability = 'reporting whether a channel of ours is ordered';

/** Their library acknowledges what their program, having closed the connection, is never given. */
const AFTER_CLOSE: Ability = 'reading what came before its close';

/** It answers the reset of a stream, and discards what its program was not given yet; so all that is counted. */
const KEEPING: Ability = 'keeping what its program has not read';

export const PEERS: Readonly<Record<string, PeerKind>> = {
  chromium: browser('Chromium', 'chromium', 'apt chromium', [AFTER_CLOSE]),
  firefox: browser('Firefox', 'firefox', 'apt firefox-esr', ['H264', AFTER_CLOSE]),
  wrtc: nodePackage('wrtc', '@roamhq/wrtc', ['H264', 'rollback']),
  werift: nodePackage('werift', 'werift', [
    ...(['empty messages', 'stats', 'stop media', 'H264', 'rejecting media', 'ice restart'] as const),
    ROLE_CONFLICT,
  ]),
  pion,
  aiortc: pythonPackage('aiortc', 'aiortc', 'aiortc-peer.py', [
    ...(['rollback', 'stop media', 'remove media', 'key frames', 'rejecting media'] as const),
    'an offer while it connects',
    'ice restart',
    AFTER_CLOSE,
    ROLE_CONFLICT,
  ]),
  gstreamer: {
    title: 'GStreamer',
    from: 'apt python3-gi gir1.2-gst-plugins-bad-1.0 gstreamer1.0-plugins-bad gstreamer1.0-nice',
    // Of its media nothing is asked here yet. For a negotiated channel `create-data-channel` gives nothing back.
    lacks: [
      ...(['media', 'stats', 'empty messages', 'a negotiated channel', 'rollback', 'ice restart'] as const),
      AFTER_CLOSE,
      ROLE_CONFLICT,
      KEEPING,
    ],
    find: () =>
      ['/usr/lib/python3/dist-packages/gi', GSTREAMER.webrtc, GSTREAMER.nice].every(existsSync)
        ? [PYTHON, fileURLToPath(program('gstreamer-peer.py'))]
        : undefined,
    version: () => debianVersion('gstreamer1.0-plugins-bad'),
  },
  janus: {
    title: 'Janus',
    from: 'apt janus',
    isServer: true,
    lacks: ['relaying'],
    find: () => (existsSync(JANUS) ? [program('janus.ts'), JANUS] : undefined),
    version: () => debianVersion('janus'),
  },
  coturn: {
    title: 'coturn',
    from: 'apt coturn',
    isServer: true,
    lacks: ['echo'],
    find() {
      const path = service('turnserver');
      return path === undefined ? undefined : [program('coturn.ts'), path];
    },
    version: () => debianVersion('coturn'),
  },
  raw: {
    title: 'node-datachannel',
    from: 'this package',
    lacks: ['media', 'stats', 'ice restart', AFTER_CLOSE, DELIVERY],
    find: () => [program('node.ts'), 'raw', MODULES],
    version: () => versionOf('node-datachannel'),
  },
  ours: {
    title: 'scoped-rtc',
    from: 'this package',
    lacks: ['media', 'stats', 'ice restart', DELIVERY],
    find: () => [program('ours.ts')],
    version: () => versionOf('scoped-rtc'),
  },
};

function versionOf(name: string): string {
  const path = name === 'scoped-rtc' ? './package.json' : `./node_modules/${name}/package.json`;
  return (createRequire(`${ROOT}/`)(path) as { version: string }).version;
}
