import { ownController } from '../../../time/abort.js';
import type * as ndc from 'node-datachannel';
import { isIP } from 'node:net';
import type { NameResolver } from '../../../library/names/name-resolver.js';
import type { NativePeerConnection } from '../../../native/binding.js';
import { type CheckedIceServer, iceServerUrlOf } from '../../../native/validate/ice-server.js';
import type { Clock } from '../../../time/clock.js';
import { Deferred } from '../../../time/wait.js';
import { askServer } from './ask-server.js';

/** A STUN or TURN server of a connection, and what came of it in a few words, e.g. `no answer`. */
export interface IceServerOutcome {
  /** Without credentials. */
  readonly url: string;
  readonly outcome: string;
}

/** A server as the library is given it. */
export interface AddressedServer {
  readonly entry: IceServerEntry;
  readonly address: string;
  readonly port: number;
}

export class IceServerEntry {
  readonly server: CheckedIceServer;
  readonly url: string;
  outcome: string | (() => string);
  address: string | undefined;

  constructor(server: CheckedIceServer, outcome: string) {
    this.server = server;
    this.url = iceServerUrlOf(server);
    this.outcome = outcome;
  }
}

/**
 * The STUN and TURN servers of one connection: their names are looked up here, the library gets addresses, and what came
 * of each is known here, as far as it can be.
 */
export class IceServers {
  readonly #names: NameResolver;
  readonly #clock: Clock;
  readonly #entries: readonly IceServerEntry[];
  readonly #ended = ownController();
  #refusal: unknown;
  #used: readonly AddressedServer[] = [];
  #cancelCheck: (() => void) | undefined;

  constructor(servers: readonly CheckedIceServer[], relayOnly: boolean, names: NameResolver, clock: Clock) {
    this.#names = names;
    this.#clock = clock;
    this.#entries = servers.map((server) => {
      if (server.kind === 'stun') return new IceServerEntry(server, relayOnly ? NOT_ASKED : UNUSED);
      return new IceServerEntry(server, server.relayType === 'TurnUdp' ? UNUSED : UNSUPPORTED);
    });
  }

  /** TURN servers that this build of the library cannot use. */
  get unsupported(): string[] {
    return this.#entries.filter(({ outcome }) => outcome === UNSUPPORTED).map(({ url }) => url);
  }

  /** True when every address is known; otherwise `lookUp` has to come first. */
  addressed(): boolean {
    for (const entry of this.#candidates())
      entry.address = preferred(this.#names.known(entry.server.hostname));
    return this.#candidates().every(({ address }) => address !== undefined);
  }

  /**
   * Looks the names up, all at once. Never rejects; resolves when there is an address for as many servers as the library uses,
   * and after `HOLD_MS` at the latest.
   */
  async lookUp(): Promise<void> {
    const { signal } = this.#ended;
    const held = new Deferred<void>();
    this.#holdUntil(() => held.resolve());
    const lookups = this.#candidates().map(async (entry) => {
      if (entry.address !== undefined) return;
      const { hostname } = entry.server;
      const isFirst = !this.#names.isUnresolved(hostname);
      entry.outcome = 'the name server has not answered';
      try {
        entry.address = preferred(await this.#names.resolve(hostname, signal, isFirst));
        entry.outcome = UNUSED;
        if (this.#isEnough()) held.resolve();
      } catch (error) {
        const { code } = error as { code?: unknown };
        if (code !== 'ETIMEOUT') entry.outcome = `the name was not found (${String(code)})`;
      }
    });
    await Promise.race([Promise.all(lookups), held.promise]);
  }

  /** Names that were asked for in vain before are waited for only a moment. */
  #holdUntil(end: () => void): void {
    const isInVain = this.#candidates().every(
      ({ address, server }) => address !== undefined || this.#names.isUnresolved(server.hostname),
    );
    const cancel = this.#clock.after(isInVain ? HOLD_AGAIN_MS : HOLD_MS, end);
    const onAbort = () => {
      cancel();
      end();
    };
    this.signal.addEventListener('abort', onAbort, { once: true });
  }

  #isEnough(): boolean {
    return (['stun', 'turn'] as const).every((kind) => {
      const all = this.#candidates().filter(({ server }) => server.kind === kind);
      const found = all.filter(({ address }) => address !== undefined);
      return found.length >= Math.min(MOST[kind], all.length);
    });
  }

  /** What the library is given: as many as it uses, in an order of chance. */
  choose(): readonly AddressedServer[] {
    const shuffled = this.#candidates()
      .map((entry) => ({ entry, rank: Math.random() }))
      .sort((a, b) => a.rank - b.rank);
    const left: Record<CheckedIceServer['kind'], number> = { ...MOST };
    this.#used = shuffled.flatMap(({ entry }) => {
      if (entry.address === undefined || left[entry.server.kind]-- <= 0) return [];
      entry.outcome = 'no answer yet';
      return [{ entry, address: entry.address, port: entry.server.port }];
    });
    return this.#used;
  }

  /** Watches what the library makes of them. */
  attach(native: NativePeerConnection): void {
    const hasCandidate = (type: string) => (native.localDescription()?.sdp ?? '').includes(` typ ${type}`);
    const isUp = () => native.state() === 'connected';
    this.#cancelCheck = this.#clock.after(ASK_AFTER_MS, () => {
      for (const { entry, address, port } of this.#used) {
        if (typeof entry.outcome === 'function' || isUp()) continue;
        if (hasCandidate(entry.server.kind === 'stun' ? 'srflx' : 'relay')) entry.outcome = 'answered';
        else {
          void askServer({ ...entry.server, address, port }, this.#ended.signal).then((outcome) => {
            entry.outcome = outcome;
          });
        }
      }
    });
  }

  outcomes(): readonly IceServerOutcome[] {
    return this.#entries.map(({ url, outcome }) => ({
      url,
      outcome: typeof outcome === 'string' ? outcome : outcome(),
    }));
  }

  /** Why the native connection could not be made when the names were known. */
  get refusal(): unknown {
    return this.#refusal;
  }

  /** The library refused the configuration that was complete when the names were known. */
  refused(error: unknown): void {
    this.#refusal = error;
  }

  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  end(): void {
    this.#cancelCheck?.();
    this.#ended.abort();
  }

  /** Those that the library could use. */
  #candidates(): IceServerEntry[] {
    return this.#entries.filter(({ outcome }) => outcome !== UNSUPPORTED && outcome !== NOT_ASKED);
  }
}

/** The server in the addon's form. */
export function nativeServer({ entry, address, port }: AddressedServer): ndc.IceServer {
  const { username, password, relayType } = entry.server;
  const server = { hostname: address, port };
  return (relayType ? { ...server, username, password, relayType } : server) as ndc.IceServer;
}

/** The library takes one; an address of IPv4 before one of IPv6 (libjuice does so for TURN), as relays and NATs are. */
function preferred(addresses: readonly string[] | undefined): string | undefined {
  return addresses?.find((address) => isIP(address) === 4) ?? addresses?.[0];
}

const UNUSED = 'not used: another one was picked';
const NOT_ASKED = 'not used: iceTransportPolicy is relay';
const UNSUPPORTED = 'not supported: this build of the library relays over UDP only';
/** How many the library uses of each kind (`impl/icetransport.cpp`). */
const MOST = { stun: 1, turn: 2 } as const;
/**
 * Milliseconds that a connection waits for names. Host candidates wait as well, so that a dead name server costs a
 * connection in the local network this much, once in a while.
 */
const HOLD_MS = 1000;
/** The same for names of which none was found the last time: what a name server takes that is back. */
const HOLD_AGAIN_MS = 100;
/** Milliseconds after which a server of which nothing is seen is asked what is wrong. */
const ASK_AFTER_MS = 1500;
