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
import { hazard as h21 } from './rows/h21-neighbour-cleans-up.js';
import { hazard as h22 } from './rows/h22-logger-holds-process.js';
import { hazard as h23 } from './rows/h23-stream-drops.js';
import { hazard as h24 } from './rows/h24-client-comes-at-cleanup.js';
import { hazard as h25 } from './rows/h25-local-close-drops.js';
import { hazard as h26 } from './rows/h26-readme-wiring.js';
import { hazard as h27 } from './rows/h27-slow-connecting.js';
import { hazard as h28 } from './rows/h28-garbage-of-every-kind.js';
import { hazard as h29 } from './rows/h29-exit-under-traffic.js';
import { hazard as h30 } from './rows/h30-uncaught-under-traffic.js';
import { hazard as h31 } from './rows/h31-close-within-callbacks.js';
import { hazard as h32 } from './rows/h32-close-while-gathering.js';
import { hazard as h33 } from './rows/h33-close-while-connecting.js';
import { hazard as h34 } from './rows/h34-cleanup-with-listener.js';
import { hazard as h35 } from './rows/h35-two-copies.js';
import { hazard as h36 } from './rows/h36-worker-before-main.js';
import { hazard as h37 } from './rows/h37-hot-reload.js';
import { hazard as h38 } from './rows/h38-many-short-channels.js';
import { hazard as h39 } from './rows/h39-peer-resets-in-flight.js';
import { hazard as h40 } from './rows/h40-server-stopped-under-load.js';
import { hazard as h41 } from './rows/h41-handshake-never-completes.js';
import { hazard as h42 } from './rows/h42-long-url.js';
import { hazard as h43 } from './rows/h43-bad-ice-credentials.js';
import { hazard as h44 } from './rows/h44-late-candidate.js';
import { hazard as h45 } from './rows/h45-ipv6-url.js';
import { hazard as h46 } from './rows/h46-certificate-without-tls.js';
import { hazard as h47 } from './rows/h47-port-wraps-around.js';
import { hazard as h48 } from './rows/h48-first-connection.js';
import { hazard as h49 } from './rows/h49-stopped-listener-crashes.js';
import { hazard as h50 } from './rows/h50-track-not-open.js';
import { hazard as h51 } from './rows/h51-channel-while-connecting.js';
import { hazard as h52 } from './rows/h52-exit-with-server.js';
import { hazard as h53 } from './rows/h53-both-ends-close.js';
import { hazard as h54 } from './rows/h54-beside-bulk.js';
import { hazard as h55 } from './rows/h55-behind-a-reset.js';
import { hazard as h56 } from './rows/h56-server-goes-deaf.js';
import { hazard as h57 } from './rows/h57-mid-used-again.js';
import { hazard as h58 } from './rows/h58-queue-at-close.js';
import { hazard as h59 } from './rows/h59-message-cut.js';
import { hazard as h60 } from './rows/h60-credentials-of-a-live-connection.js';
import { hazard as h61 } from './rows/h61-connection-in-an-exit-handler.js';
import { hazard as h62 } from './rows/h62-another-socket-ended.js';
import { hazard as h63 } from './rows/h63-paced-packet-refused.js';
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
  h21,
  h22,
  h23,
  h24,
  h25,
  h26,
  h27,
  h28,
  h29,
  h30,
  h31,
  h32,
  h33,
  h34,
  h35,
  h36,
  h37,
  h38,
  h39,
  h40,
  h41,
  h42,
  h43,
  h44,
  h45,
  h46,
  h47,
  h48,
  h49,
  h50,
  h51,
  h52,
  h53,
  h54,
  h55,
  h56,
  h57,
  h58,
  h59,
  h60,
  h61,
  h62,
  h63,
];
