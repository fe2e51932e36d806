// A worker does not take over tsx from its parent in Node 20, so it registers it and then runs the program.
import { workerData } from 'node:worker_threads';
import { register } from 'tsx/esm/api';

register();
await import(workerData.program);
