import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Programs that are not ours: the names they go by, and the package of Debian that has them. */
const SERVICES = {
  chromium: { commands: ['chromium', 'chromium-browser', 'google-chrome'], from: 'chromium' },
  firefox: { commands: ['firefox-esr', 'firefox'], from: 'firefox-esr' },
  turnserver: { commands: ['turnserver'], from: 'coturn' },
  'nats-server': { commands: ['nats-server'], from: 'nats-server' },
  'redis-server': { commands: ['redis-server'], from: 'redis-server' },
} as const;

export type ServiceName = keyof typeof SERVICES;

/** The file of the program, by the path or by a variable such as CHROMIUM_PATH; undefined where it is not installed. */
export function service(name: ServiceName): string | undefined {
  const given = process.env[variableOf(name)];
  if (given !== undefined) return existsSync(given) ? given : undefined;
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/sbin'];
  return SERVICES[name].commands
    .flatMap((command) => folders.map((folder) => join(folder, command)))
    .find((file) => existsSync(file));
}

function variableOf(name: ServiceName): string {
  return `${name.replace('-', '_').toUpperCase()}_PATH`;
}

/** Once for a run with tests that need services. */
export function setup(): void {
  const missing = (Object.keys(SERVICES) as ServiceName[]).filter((name) => service(name) === undefined);
  const packages = missing.map((name) => SERVICES[name].from).join(' ');
  reportMissing(missing, `apt-get install ${packages}, or set ${missing.map(variableOf).join(', ')}`);
}

/** In CI it is an error that something is missing: its tests would be skipped. */
export function reportMissing(missing: readonly string[], remedy: string): void {
  if (missing.length === 0) return;
  const text = `tests are skipped for want of ${missing.join(', ')}: ${remedy}`;
  if (process.env.CI) throw new Error(text);
  console.warn(text);
}
