import { type Browser, chromium } from 'playwright-core';
import { service } from './services.js';

const CHROMIUM = service('chromium');

export const hasChromium = CHROMIUM !== undefined;

/** Host names of mDNS instead of addresses need a network that answers multicast. */
export const WITHOUT_MDNS = '--disable-features=WebRtcHideLocalIpsWithMdns';

/** Headless, and asking nobody on the network for anything; `more` are further switches. */
export function launchChromium(...more: string[]): Promise<Browser> {
  return chromium.launch({
    ...(CHROMIUM === undefined ? {} : { executablePath: CHROMIUM }),
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
