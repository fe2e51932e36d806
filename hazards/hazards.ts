import { hazard as h01 } from './rows/h01-never-exits.js';
import { hazard as h02 } from './rows/h02-collected-then-cleanup.js';
import { hazard as h03 } from './rows/h03-collected-receiver.js';
import { hazard as h04 } from './rows/h04-peer-closes-after-sending.js';
import { hazard as h05 } from './rows/h05-answer-and-close.js';
import { hazard as h06 } from './rows/h06-closed-by-peer.js';
import { hazard as h07 } from './rows/h07-send-then-close.js';
import { hazard as h08 } from './rows/h08-worker-after-main.js';
import { hazard as h09 } from './rows/h09-handler-throws.js';
import { hazard as h10 } from './rows/h10-local-description-aborts.js';
import { hazard as h11 } from './rows/h11-logger-without-callback.js';
import { hazard as h12 } from './rows/h12-bad-arguments.js';
import { hazard as h13 } from './rows/h13-errors-without-codes.js';
import { hazard as h14 } from './rows/h14-server-keeps-clients.js';
import { hazard as h15 } from './rows/h15-many-idle-connections.js';
import { hazard as h16 } from './rows/h16-never-opened-holds-process.js';
import { hazard as h17 } from './rows/h17-unread-channel-freezes.js';
import { hazard as h18 } from './rows/h18-opened-and-closed-in-one-go.js';
import { hazard as h19 } from './rows/h19-never-connected.js';
import { hazard as h20 } from './rows/h20-close-and-cleanup.js';
import type { Hazard } from './support/hazard.js';

/** Every row of the matrix, in order. */
export const hazards: readonly Hazard[] = [
  h01,
  h02,
  h03,
  h04,
  h05,
  h06,
  h07,
  h08,
  h09,
  h10,
  h11,
  h12,
  h13,
  h14,
  h15,
  h16,
  h17,
  h18,
  h19,
  h20,
];
