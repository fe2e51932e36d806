import { readFileSync, statSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';

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
