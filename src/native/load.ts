import type * as ndc from 'node-datachannel';
import { RtcBindingError } from '../errors/rtc-error.js';
import { findLoadedAddon, assertRtcThread } from './thread-guard.js';
import type { NativeBinding, NativeWebSocketServer } from './binding.js';
import {
  adaptPackageServer,
  stoppableMuxListener,
  type SettingsHolder,
  watchSendBuffer,
  ForeignCleanup,
} from './addon-adapters.js';
import { ownFolder, requirePackage } from './packages.js';
import { SCTP_DEFAULTS } from './validate/library-settings.js';
import type * as polyfill from 'node-datachannel/polyfill';

/** The addon's exports, as far as they are used here; node-datachannel's own functions call these. */
interface Addon extends SettingsHolder {
  PeerConnection: unknown;
  WebSocketServer: new (config: ndc.WebSocketServerConfiguration) => NativeWebSocketServer;
  cleanup: () => void;
}

let loaded: NativeBinding | undefined;

/** What `loadBinding()` has loaded already, if it was ever called. */
export function loadedBinding(): NativeBinding | undefined {
  return loaded;
}

/**
 * Loads node-datachannel when it is first called, and returns the same binding ever after.
 *
 * Throws `RTC_WRONG_THREAD` when another thread owns the addon, and `RTC_BINDING_UNAVAILABLE` when it cannot
 * be loaded; a later call tries again.
 */
export function loadBinding(): NativeBinding {
  loaded ??= load();
  return loaded;
}

function load(): NativeBinding {
  assertRtcThread();
  const isFirst = findLoadedAddon() === undefined;
  const lib = requireBinding();
  const addon = findAddonOf(lib);
  // Captured now, so that the binding's own cleanup never meets a hook, ours or another's.
  const cleanup = addon?.cleanup.bind(addon) ?? (() => lib.cleanup());
  const binding: NativeBinding = {
    PeerConnection: lib.PeerConnection,
    WebSocket: lib.WebSocket as unknown as NativeBinding['WebSocket'],
    WebSocketServer: addon?.WebSocketServer ?? adaptPackageServer(lib.WebSocketServer),
    Audio: lib.Audio,
    Video: lib.Video,
    mediaHandlers: lib,
    DataChannel: lib.DataChannel as unknown as NonNullable<NativeBinding['DataChannel']>,
    IceUdpMuxListener: stoppableMuxListener(lib),
    cleanup: () => cleanup(),
    initLogger: (level, callback) => lib.initLogger(level, callback),
    preload: () => lib.preload(),
    setSctpSettings: (settings) => lib.setSctpSettings(settings),
    getLibraryVersion: () => lib.getLibraryVersion(),
  };
  if (addon) {
    binding.largestSendBuffer = watchSendBuffer(addon);
    const foreign = new ForeignCleanup(addon);
    binding.onForeignCleanup = (before, after) => foreign.add(before, after);
  }
  // Other code that has loaded the library may have set it up, which cannot be asked.
  if (isFirst) binding.setSctpSettings(SCTP_DEFAULTS);
  return binding;
}

function requireBinding(): typeof ndc {
  try {
    return requirePackage('node-datachannel') as typeof ndc;
  } catch (cause) {
    throw new RtcBindingError(
      'RTC_BINDING_UNAVAILABLE',
      `node-datachannel cannot be loaded on ${process.platform}-${process.arch}. ${remedy()} Its own message: ` +
        (cause instanceof Error ? cause.message : String(cause)),
      { cause },
    );
  }
}

function remedy(): string {
  return ownFolder() === undefined
    ? 'This is a bundle, and node-datachannel is a native addon, which is not part of it: install it where the ' +
        'bundle runs (docs/bundling.md).'
    : 'Install it together with its package for this platform, an optional dependency named ' +
        '@node-datachannel/<platform>: reinstall on this machine without --omit=optional or --no-optional.';
}

/** Checked by identity: another version of the package may have loaded an addon of its own. */
function findAddonOf(lib: typeof ndc): Addon | undefined {
  const addon = findLoadedAddon(
    (exports) => (exports as Partial<Addon> | undefined)?.PeerConnection === lib.PeerConnection,
  );
  return addon?.exports as Addon | undefined;
}

/** The package itself, for the classes that own nothing: descriptions of media and media handlers. */
export function packageExports(): typeof ndc {
  loadBinding();
  return requirePackage('node-datachannel') as typeof ndc;
}

/** The package's W3C objects. */
export function packagePolyfill(): typeof polyfill {
  loadBinding();
  return requirePackage('node-datachannel/polyfill') as typeof polyfill;
}
