import type { Scenarios } from '../scenario.js';
import { channels } from './channels.js';
import { connecting } from './connecting.js';
import { ending } from './ending.js';
import { media } from './media.js';
import { messages } from './messages.js';
import { negotiation } from './negotiation.js';
import { servers } from './servers.js';

/** In the order of the table. */
export const GROUPS: Readonly<Record<string, Scenarios>> = {
  Connecting: connecting,
  Messages: messages,
  Channels: channels,
  Ending: ending,
  Negotiating: negotiation,
  Media: media,
  Servers: servers,
};

export const SCENARIOS: Scenarios = Object.assign({}, ...Object.values(GROUPS));
