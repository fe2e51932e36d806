import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { service } from './services.js';

export type BrowserName = 'chromium' | 'firefox';

const CHROMIUM_SWITCHES = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
  ...['--disable-features=WebRtcHideLocalIpsWithMdns', '--allow-loopback-in-peer-connection'],
];

export const FIREFOX_PREFERENCES = {
  'media.peerconnection.ice.loopback': true,
  'media.peerconnection.ice.obfuscate_host_addresses': false,
  'browser.shell.checkDefaultBrowser': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'datareporting.policy.dataSubmissionPolicyBypassNotification': true,
  'toolkit.telemetry.enabled': false,
  'app.update.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'browser.safebrowsing.malware.enabled': false,
  'browser.safebrowsing.phishing.enabled': false,
  'browser.startup.page': 0,
  'browser.aboutwelcome.enabled': false,
  'browser.preonboarding.enabled': false,
  'termsofuse.bypassNotification': true,
  'media.gmp-manager.updateEnabled': false,
  'network.proxy.type': 0,
};

/** A headless browser with one page, which reports its progress by itself: nothing drives it. */
export class BrowserWindow implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #profile: string;

  constructor(name: BrowserName, url: string) {
    const program = service(name);
    if (program === undefined) throw new Error(`no ${name}`);
    this.#profile = mkdtempSync(join(tmpdir(), `${name}-`));
    const args =
      name === 'chromium'
        ? [...CHROMIUM_SWITCHES, `--user-data-dir=${this.#profile}`, url]
        : ['--headless', '--no-remote', '--profile', this.#profile, url];
    const preferences = Object.entries(FIREFOX_PREFERENCES).map(
      ([key, value]) => `user_pref(${JSON.stringify(key)}, ${JSON.stringify(value)});`,
    );
    writeFileSync(join(this.#profile, 'user.js'), preferences.join('\n'));
    this.#child = spawn(program, args, {
      stdio: 'ignore',
      detached: true, // its processes are a group, which ends as one
      env: { ...process.env, HOME: this.#profile, MOZ_HEADLESS: '1', MOZ_DISABLE_CONTENT_SANDBOX: '1' },
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { pid } = this.#child;
    if (pid !== undefined && this.#child.exitCode === null) {
      const ended = once(this.#child, 'exit');
      process.kill(-pid, 'SIGKILL');
      await ended;
    }
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
}
