import { scenario as beside100 } from './beside-100.js';
import { scenario as beside500 } from './beside-500.js';
import { scenario as beside2000 } from './beside-2000.js';
import { scenario as connect } from './connect.js';
import { scenario as gigabyte } from './gigabyte.js';
import { scenario as life } from './life.js';
import { scenario as link0 } from './link-0.js';
import { scenario as link20 } from './link-20.js';
import { scenario as link50 } from './link-50.js';
import { scenario as link100 } from './link-100.js';
import { scenario as link200 } from './link-200.js';
import { scenario as linkBesideBulk } from './link-beside-bulk.js';
import { scenario as linkBottleneck } from './link-bottleneck.js';
import { scenario as linkConnect } from './link-connect.js';
import { scenario as linkDark } from './link-dark.js';
import { scenario as memory } from './memory.js';
import { scenario as pingPong } from './ping-pong.js';
import type { Scenario } from './scenario.js';
import { scenario as start } from './start.js';
import { scenario as teardown10 } from './teardown-10.js';
import { scenario as teardown100 } from './teardown-100.js';
import { scenario as teardown1000 } from './teardown-1000.js';
import { scenario as throughput100 } from './throughput-100.js';
import { scenario as throughput1k } from './throughput-1k.js';
import { scenario as throughput16k } from './throughput-16k.js';
import { scenario as throughput64k } from './throughput-64k.js';
import { scenario as watcher } from './watcher.js';

/** Every comparison, in the order in which it is run and reported. */
export const scenarios: readonly Scenario[] = [
  throughput100,
  throughput1k,
  throughput16k,
  throughput64k,
  pingPong,
  beside100,
  beside500,
  beside2000,
  connect,
  life,
  teardown10,
  teardown100,
  teardown1000,
  memory,
  watcher,
  gigabyte,
  start,
  link0,
  link20,
  link50,
  link100,
  link200,
  linkBesideBulk,
  linkBottleneck,
  linkConnect,
  linkDark,
];
