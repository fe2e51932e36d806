import { readFileSync } from 'node:fs';

/** The names to ask a name server for, in order: the C library's search list (`resolv.conf(5)`), which c-ares does not apply here. */
export function searchList(name: string, resolvConf = readResolvConf()): readonly string[] {
  if (name.endsWith('.')) return [name.slice(0, -1)];
  let domains: string[] = [];
  let ndots = 1;
  for (const line of resolvConf.split('\n')) {
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
