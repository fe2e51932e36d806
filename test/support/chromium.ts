import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const CHROMIUM = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';

/** Debian's package, or another by CHROMIUM_PATH; says so when there is none. */
export const hasChromium = existsSync(CHROMIUM);
if (!hasChromium) {
  console.warn(`skipped: no Chromium at ${CHROMIUM}; "apt-get install chromium", or set CHROMIUM_PATH`);
}

/** Host names of mDNS instead of addresses need a network that answers multicast. */
export const WITHOUT_MDNS = '--disable-features=WebRtcHideLocalIpsWithMdns';

/** Headless, and asking nobody on the network for anything; `more` are further switches. */
export function launchChromium(...more: string[]): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    timeout: 60_000,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...more,
    ],
  });
}
