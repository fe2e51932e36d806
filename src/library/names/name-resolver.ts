import { isIP } from 'node:net';
import { requirePackage } from '../../native/packages.js';
import type { Clock } from '../../time/clock.js';
import { interfaceAddresses } from './interface-addresses.js';
import { NameError, queryMulticast } from './multicast-query.js';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Finds the addresses of a name, the preferred first. Rejects with an error that has Node's `code` (`ENOTFOUND`,
 * `ETIMEOUT`, …), and soon after `signal` aborts.
 */
export type ResolveName = (name: string, signal: AbortSignal) => Promise<readonly string[]>;

// Loaded by the first name that is looked up: most programs have none.
const dns = () => requirePackage('node:dns/promises') as typeof import('node:dns/promises');

/**
 * Names to addresses, without the library: it would ask the C library in a thread that nobody can interrupt, and its
 * cleanup waits for that thread. Node's own `dns.lookup` has the same fault: the end of the process waits for it.
 */
export class NameResolver {
  readonly #clock: Clock;
  readonly #resolve: typeof resolveName;
  /** Names that have had no address since they were first asked for. */
  readonly #unresolved = new Map<string, { readonly since: number; isRefused: boolean }>();
  readonly #cache = new Map<string, { readonly addresses: readonly string[]; readonly until: number }>();

  constructor(clock: Clock, resolve: typeof resolveName = resolveName) {
    this.#clock = clock;
    this.#resolve = resolve;
  }

  /** The C library finds it by itself, at once: an address, or a name in the hosts file. */
  isLocal(name: string): boolean {
    return isIP(name) !== 0 || addressesInHostsFile(name) !== undefined;
  }

  /** What is known without asking anybody: addresses as such, the hosts file, what was found a moment ago. */
  known(name: string): readonly string[] | undefined {
    if (isIP(name) !== 0) return [name];
    const fromFile = addressesInHostsFile(name);
    if (fromFile) return reachable(fromFile);
    if (isLocalhost(name)) return ['127.0.0.1', '::1'];
    const cached = this.#cache.get(name);
    if (cached && cached.until > this.#clock.now()) return cached.addresses;
    this.#cache.delete(name);
    return undefined;
  }

  /** No address was found the last time, or none has been for some time. */
  isUnresolved(name: string): boolean {
    const entry = this.#unresolved.get(name);
    return entry !== undefined && (entry.isRefused || this.#clock.now() - entry.since > SILENT_MS);
  }

  /** With `system` false only what name servers answer counts, which takes no thread. */
  async resolve(name: string, signal: AbortSignal, system = true): Promise<readonly string[]> {
    const known = this.known(name);
    if (known) return known;
    signal.throwIfAborted();
    if (this.#unresolved.size >= MOST_CACHED) this.#unresolved.clear();
    const entry = this.#unresolved.get(name) ?? { since: this.#clock.now(), isRefused: false };
    this.#unresolved.set(name, entry);
    let addresses: readonly string[];
    try {
      addresses = await orAborted(this.#resolve(name, signal, system), signal);
    } catch (error) {
      if (!signal.aborted) entry.isRefused = true;
      throw error;
    }
    this.#unresolved.delete(name);
    if (this.#cache.size >= MOST_CACHED) this.#cache.clear();
    this.#cache.set(name, { addresses, until: this.#clock.now() + CACHED_MS });
    return addresses;
  }
}

/** A resolver of the user's may not heed the signal. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

async function resolveName(name: string, signal: AbortSignal, system: boolean): Promise<readonly string[]> {
  if (/\.local\.?$/i.test(name)) return queryMulticast(name, signal);
  let last: unknown;
  for (const candidate of searchList(name)) {
    try {
      const found = reachable(await queryServers(candidate, signal));
      if (found.length > 0) return found;
      last = new NameError('ENODATA', `${name} has no address of a family that this machine has`);
    } catch (error) {
      last = error;
      if (signal.aborted || code(error) === 'ETIMEOUT') throw error;
    }
  }
  if (!system) throw last;
  // A name server answered, or there is none: what else the system knows (files, NetBIOS, a directory).
  try {
    return await lookUpInSystem(name);
  } catch {
    throw last;
  }
}

const systemLookups = new Map<string, Promise<readonly string[]>>();

/** One at a time for a name: each takes a thread of the process's pool, for as long as the C library tries. */
function lookUpInSystem(name: string): Promise<readonly string[]> {
  const running = systemLookups.get(name);
  if (running) return running;
  const lookup = dns()
    .lookup(name, { all: true, verbatim: true })
    .then((found) => found.map(({ address }) => address))
    .finally(() => systemLookups.delete(name));
  systemLookups.set(name, lookup);
  return lookup;
}

/** Both families at once (RFC 8305, section 3): an answer with addresses waits for the other only a moment. */
async function queryServers(name: string, signal: AbortSignal): Promise<string[]> {
  const resolver = new (dns().Resolver)({ timeout: TRY_MS, tries: TRIES });
  const cancel = () => resolver.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    const v6 = resolver.resolve6(name);
    const v4 = resolver.resolve4(name);
    const either = (first: Promise<string[]>, second: Promise<string[]>) =>
      first.then(async (addresses) => {
        const others = await Promise.race([second.catch(() => []), after(OTHER_FAMILY_MS)]);
        return first === v6 ? [...addresses, ...others] : [...others, ...addresses];
      });
    return await Promise.any([either(v6, v4), either(v4, v6)]);
  } catch (error) {
    signal.throwIfAborted();
    const errors = error instanceof AggregateError ? error.errors : [error];
    throw errors.find((each) => code(each) === 'ETIMEOUT') ?? errors[0];
  } finally {
    signal.removeEventListener('abort', cancel);
    resolver.cancel();
  }
}

const after = (ms: number) => new Promise<string[]>((resolve) => setTimeout(resolve, ms, []));

/** As `getaddrinfo` does with `AI_ADDRCONFIG`: a family that the machine has no address of is of no use. */
export function reachable(addresses: readonly string[]): readonly string[] {
  const own = interfaceAddresses()?.filter(({ internal }) => !internal) ?? [];
  const has = (of: 4 | 6) =>
    own.some(({ family, address }) => family === `IPv${of}` && !address.startsWith('fe80:'));
  const isOurs = (address: string) => address === '::1' || address.startsWith('127.');
  const fit = addresses.filter((address) => isOurs(address) || has(isIP(address) as 4 | 6));
  return fit.length > 0 ? fit : addresses;
}

/** RFC 6761, section 6.3: never asked of a name server. */
const isLocalhost = (name: string) => /(^|\.)localhost\.?$/i.test(name);

const code = (error: unknown) => (error as { code?: unknown } | undefined)?.code;

/** Milliseconds for which an address is used again without asking. */
const CACHED_MS = 30_000;
const MOST_CACHED = 1000;
/** Milliseconds in which a name server that is alive has answered. */
const SILENT_MS = 800;
/** Milliseconds of the first try; c-ares doubles them. The C library's default is 5 s and two tries. */
const TRY_MS = 1000;
const TRIES = 3;
/** RFC 8305, section 3: the resolution delay. */
const OTHER_FAMILY_MS = 50;

const HOSTS =
  process.platform === 'win32'
    ? join(process.env.SystemRoot ?? 'C:\\Windows', 'System32', 'drivers', 'etc', 'hosts')
    : '/etc/hosts';

let read: { readonly modified: number; readonly names: ReadonlyMap<string, readonly string[]> } | undefined;

/** The addresses that the system's hosts file gives a name, in its order. Read again when the file has changed. */
export function addressesInHostsFile(name: string): readonly string[] | undefined {
  try {
    const { mtimeMs } = statSync(HOSTS);
    if (read?.modified !== mtimeMs)
      read = { modified: mtimeMs, names: parseHosts(readFileSync(HOSTS, 'utf8')) };
  } catch {
    return undefined; // there is none
  }
  return read.names.get(name.toLowerCase());
}

function parseHosts(text: string): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [address = '', ...aliases] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (isIP(address) === 0) continue;
    for (const alias of aliases) {
      const key = alias.toLowerCase();
      const known = names.get(key);
      if (known) known.push(address);
      else names.set(key, [address]);
    }
  }
  return names;
}

/** The names to ask a name server for, in order: the C library's search list (`resolv.conf(5)`), which c-ares does not apply here. */
export function searchList(name: string): readonly string[] {
  if (name.endsWith('.')) return [name.slice(0, -1)];
  let domains: string[] = [];
  let ndots = 1;
  for (const line of readResolvConf().split('\n')) {
    const [keyword, ...words] = line.trim().split(/\s+/);
    if (keyword === 'search' || keyword === 'domain') domains = words.slice(0, MOST_DOMAINS);
    if (keyword !== 'options') continue;
    for (const word of words) if (/^ndots:\d+$/.test(word)) ndots = Math.min(15, Number(word.slice(6)));
  }
  const searched = domains.filter((domain) => domain !== '.').map((domain) => `${name}.${domain}`);
  const dots = name.split('.').length - 1;
  return dots >= ndots ? [name, ...searched] : [...searched, name];
}

const MOST_DOMAINS = 6;

function readResolvConf(): string {
  try {
    return readFileSync('/etc/resolv.conf', 'utf8');
  } catch {
    return ''; // Windows has none
  }
}
