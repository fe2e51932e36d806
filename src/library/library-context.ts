import type { Given } from '../arguments/argument.js';
import { RtcInvalidStateError, RtcNativeError } from '../errors/rtc-error.js';
import type { NativeBinding } from '../native/binding.js';
import { bindingVersion, VERIFIED_VERSIONS } from '../native/packages.js';
import { loadBinding, loadedBinding } from '../native/load.js';
import { type Clock, systemClock } from '../time/clock.js';
import type { OwnedNode } from '../scope/node.js';
import type { TeardownHost } from '../scope/teardown.js';
import type { TeardownReport } from '../scope/teardown-report.js';
import { shorten, traceHint, withPlace } from '../diagnostics/creation-place.js';
import { CloseWatcher } from './close-watcher.js';
import { Trace } from '../diagnostics/trace.js';
import { LibrarySettings, type LibrarySettingsOptions } from './library-settings.js';
import { NameResolver, type ResolveName } from './names/name-resolver.js';
import { DEFAULT_RETAINED_LIMIT, ReleaseLedger } from './release-ledger.js';
import { Traffic } from '../diagnostics/traffic.js';
import type { RtcWarning } from '../diagnostics/warning.js';
import { LIBRARY_SEND_BUFFER, type SctpSettings } from '../native/validate/library-settings.js';

/** Milliseconds that a whole teardown may take when nobody said otherwise. */
export const DEFAULT_TEARDOWN_MS = 10_000;

export interface LibraryContextOptions extends LibrarySettingsOptions {
  /** Another binding, for tests and embedders. Default: node-datachannel, loaded at first use. */
  native?: NativeBinding | undefined;
  /**
   * Finds the addresses of host names, for tests and for names that only a resolver of yours knows. Default: the hosts
   * file, then the name servers of the system.
   */
  resolveName?: ResolveName | undefined;
  /** The source of time for every bound. Default: the system's. */
  clock?: Clock | undefined;
  /** Milliseconds that a teardown may take before the rest is forced. Default 10 000. */
  teardownTimeout?: number | undefined;
  /**
   * Wrappers of closed channels that may be kept until cleanup, because the library still points to them; about
   * 5 kB each. Past it memory goes before messages: see docs/losing-no-message.md. Default 20 000.
   */
  retainedLimit?: number | undefined;
}

/** Once a process is enough. */
let warnedOfVersion = false;

/** Notified of what happens to the library; the runtime implements it. */
export interface ContextListener {
  tornDown(root: OwnedNode, report: TeardownReport, error: unknown): void;
  warned(warning: RtcWarning): void;
  /** Other code is about to call the library's global cleanup, or has done so (H21). */
  foreignCleanup(stage: 'before' | 'after'): void;
}

/** Says so when somebody calls the constructor of a class that only its owners construct. */
export function checkedContext(context: LibraryContext, kind: string): LibraryContext {
  if (context instanceof LibraryContext) return context;
  throw new TypeError(`${kind} has no public constructor: scopes and handles make it, and own it`);
}

/** The library as one runtime uses it: the binding, the release ledger, the close watcher, the clock, the settings. */
export class LibraryContext implements TeardownHost, Tenant {
  readonly clock: Clock;
  readonly teardownTimeout: number;
  readonly ledger: ReleaseLedger;
  readonly watcher: CloseWatcher;
  readonly traffic = new Traffic();
  readonly trace = new Trace();
  readonly names: NameResolver;
  /** Creation stacks are kept on every handle. */
  readonly traced: boolean;
  readonly settings: LibrarySettings;
  readonly #given: NativeBinding | undefined;
  readonly #listener: ContextListener;
  #native: NativeBinding | undefined;
  #entered = false;
  #busy = false;
  /** WebSocket servers that listen. */
  #servers = 0;
  #unhook: (() => void) | undefined;

  constructor(options: LibraryContextOptions, listener: ContextListener) {
    this.clock = options.clock ?? systemClock;
    this.teardownTimeout = options.teardownTimeout ?? DEFAULT_TEARDOWN_MS;
    this.watcher = new CloseWatcher(this.clock);
    this.settings = new LibrarySettings(options);
    this.traced = process.env.SCOPED_RTC_TRACE === '1';
    if (this.traced) this.trace.record();
    this.ledger = new ReleaseLedger(
      options.retainedLimit ?? DEFAULT_RETAINED_LIMIT,
      (limit) => this.#retainedLimitReached(limit),
      this.traced,
    );
    this.names = new NameResolver(this.clock, options.resolveName);
    this.#given = options.native;
    this.#listener = listener;
  }

  /**
   * The binding, loaded at the first call, for making something with it now. Throws `RTC_BINDING_UNAVAILABLE` or
   * `RTC_WRONG_THREAD`, and `RTC_INVALID_STATE` once the process emits `exit`: nobody would clean up after it, and a
   * library whose threads outlive the event loop aborts the process.
   */
  get native(): NativeBinding {
    this.load();
    const native = this.#native!;
    if (!this.#entered) this.#enter(native);
    return native;
  }

  /** Throws where nothing can be made, for what may be made later; the library is not in use before that. */
  load(): void {
    if (isExiting()) throw new RtcInvalidStateError('nothing can be made any more, the process is ending');
    this.#native ??= this.#given ?? this.#load();
  }

  #load(): NativeBinding {
    const binding = loadBinding();
    const version = bindingVersion();
    if (!warnedOfVersion && version !== undefined && !VERIFIED_VERSIONS.includes(version)) {
      warnedOfVersion = true;
      this.warn({
        code: 'RTC_UNVERIFIED_BINDING',
        message:
          `node-datachannel ${version} is none of the versions this package was tested with ` +
          `(${VERIFIED_VERSIONS.join(', ')}); it may work. Look for a newer scoped-rtc, or pin one of these`,
      });
    }
    return binding;
  }

  /** Bytes that SCTP may have taken of a connection and not yet seen acknowledged, at the most. */
  get sctpSendBuffer(): number {
    return this.#native?.largestSendBuffer?.() ?? LIBRARY_SEND_BUFFER;
  }

  /** It is the library itself that is in use, so that its threads are ours. */
  get isLibrary(): boolean {
    return this.#given === undefined;
  }

  /** The runtime has scopes. */
  get busy(): boolean {
    return this.#busy;
  }

  /** The runtime has its first scope. */
  scopesBegan(): void {
    this.#busy = true;
  }

  /** The runtime has no scope any more. */
  scopesEnded(): void {
    this.#busy = false;
  }

  get hasServers(): boolean {
    return this.#servers > 0;
  }

  /** A WebSocket server listens from now on. */
  serverOpened(): void {
    this.#servers++;
  }

  serverClosed(): void {
    this.#servers--;
  }

  /** Another runtime of this process has scopes on the same binding. */
  get shared(): boolean {
    return this.#native !== undefined && othersUse(this.#native, this);
  }

  /** A runtime of this process has made natives on the same binding, and it has not been cleaned up since. */
  get claimed(): boolean {
    const native = this.#native ?? this.#given ?? loadedBinding();
    return native !== undefined && isClaimed(native);
  }

  warn(warning: RtcWarning): void {
    this.trace.warned(warning);
    this.#listener.warned(warning);
  }

  tornDown(root: OwnedNode, report: TeardownReport, error: unknown): void {
    this.trace.torndown(root, report, error);
    this.#listener.tornDown(root, report, error);
  }

  /**
   * The library's global cleanup, after everything in the ledger was closed. Blocks for milliseconds. False when this
   * runtime has made nothing since the last one, so that what the library holds belongs to other code; and when another
   * runtime uses the same binding: then its cleanup is the one for both. Warns of what is still open, but not
   * `atExit`, where it was reported; there the library is left as it is when something could not be closed.
   * Throws `RTC_CLEANUP_FAILED` when the library did not end.
   */
  cleanup(atExit = false): boolean {
    const native = this.#native;
    if (!native || !this.#entered) return false;
    if (!atExit) this.#warnOfOpen();
    for (const cause of this.ledger.closeAll()) {
      this.warn({ code: 'RTC_CLOSE_FAILED', message: 'a native could not be closed before cleanup', cause });
    }
    if (atExit && this.ledger.held > 0) return false; // the cleanup would block for ten seconds (H6)
    if (othersUse(native, this)) return false;
    try {
      native.cleanup();
    } catch (cause) {
      throw new RtcNativeError(
        'the library did not finish its cleanup; something that was made outside this runtime and closed by its ' +
          'peer may still need a close()',
        { cause },
        'RTC_CLEANUP_FAILED',
      );
    }
    allLeave(native);
    return true;
  }

  cleanedUp(): void {
    this.ledger.forgetAll();
    this.#entered = false;
    this.#unhook?.();
    this.#unhook = undefined;
  }

  /** After other code's cleanup, which forgot the logger. */
  applySettings(): void {
    if (this.#native) this.settings.apply(this.#native);
  }

  setSctp(settings: SctpSettings): void {
    this.settings.setSctp(settings);
    if (this.#entered) this.#native?.setSctpSettings(settings as Given<SctpSettings>);
  }

  #warnOfOpen(): void {
    const open = [...this.ledger.heldRecords].filter(({ kind }) => kind !== undefined);
    if (open.length === 0) return;
    const lines = open.map(({ kind, path, creationStack }) =>
      withPlace(`${kind} ${path()}`, creationStack, this.traced),
    );
    this.warn({
      code: 'RTC_CLEANUP_WITH_OPEN',
      path: open[0]?.path(),
      message:
        `the library was to be cleaned up while ${shorten(lines)} had not been closed. It is closed now, without ` +
        'draining; end it before: leave the scope that owns it with `await using`, or call `await handle.close()`' +
        traceHint(this.traced),
    });
  }

  #retainedLimitReached(limit: number): void {
    this.warn({
      code: 'RTC_RETAINED_LIMIT',
      message:
        `${limit} wrappers of closed data channels are kept until the library is cleaned up, or would be if the peer ` +
        'of one connection closed its channels now. Channels that are made from now on are freed when they close, and ' +
        'may lose messages that wait for a busy event loop when their peer closes them. Leave the last scope now and ' +
        'then, reuse channels, or raise retainedLimit',
    });
  }

  #enter(native: NativeBinding): void {
    this.#entered = true;
    enter(native, this);
    this.settings.apply(native);
    this.#unhook = native.onForeignCleanup?.(
      () => this.#listener.foreignCleanup('before'),
      () => this.#listener.foreignCleanup('after'),
    );
  }
}

/**
 * What is made from then on aborts the process (H61). Node.js sets this before it calls the first listener of `exit`. A
 * listener of our own could be called after those of the user, and would have to be kept for as long as the process.
 */
function isExiting(): boolean {
  return (process as { _exiting?: boolean })._exiting === true;
}

/** What shares a binding: its global cleanup is for the last that still uses it. */
export interface Tenant {
  /** It has scopes, so natives that a cleanup would kill. */
  readonly busy: boolean;
  /** The library was cleaned up: it points to nothing any more. */
  cleanedUp(): void;
}

const tenantsOf = new WeakMap<NativeBinding, Set<Tenant>>();

/** Held until the next cleanup, with the natives that must not be collected before it (H2). */
export function enter(binding: NativeBinding, tenant: Tenant): void {
  let tenants = tenantsOf.get(binding);
  if (!tenants) {
    tenants = new Set();
    tenantsOf.set(binding, tenants);
  }
  tenants.add(tenant);
}

export function othersUse(binding: NativeBinding, tenant: Tenant): boolean {
  for (const other of tenantsOf.get(binding) ?? []) if (other !== tenant && other.busy) return true;
  return false;
}

/** Somebody has made natives since the last cleanup; with `cleanup: 'manual'` that may be long ago. */
export function isClaimed(binding: NativeBinding): boolean {
  return (tenantsOf.get(binding)?.size ?? 0) > 0;
}

/** Everybody on `binding` starts anew with the next native. */
export function allLeave(binding: NativeBinding): void {
  const tenants = [...(tenantsOf.get(binding) ?? [])];
  tenantsOf.delete(binding);
  for (const tenant of tenants) tenant.cleanedUp();
}

/** Publishes a `dependsOn` that is refused; `cycle` names what would wait for each other, from the asking node on. */
export function warnOfCycle(context: LibraryContext, cycle: readonly OwnedNode[]): void {
  const { traced } = context;
  const members = [...new Set(cycle)].map((node) => {
    const description = node.behaviour.describe?.();
    const what = `${node.kind} ${node.path}`;
    return description ? withPlace(what, description.creationStack, traced) : what;
  });
  context.warn({
    code: 'RTC_DEPENDENCY_CYCLE',
    path: cycle[0]?.path,
    message:
      (members.length === 1
        ? `dependsOn() was refused: ${members[0]} cannot be torn down before itself`
        : `dependsOn() was refused: each of ${shorten(members)} would have to be torn down before the next, and the ` +
          'last before the first') +
      '. Leave out one of the calls of dependsOn(); what a handle owns is torn down before it anyway' +
      traceHint(traced),
  });
}
