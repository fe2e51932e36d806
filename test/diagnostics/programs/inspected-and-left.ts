// Ends with an inspector open and a page (of another process) looking at it.
import { spawn } from 'node:child_process';
import { openInspector } from '../../../src/inspector/index.js';
import { mainDone, say } from '../../lifecycle/programs/say.js';
import { until } from '../../support/event.js';

const inspector = await openInspector();
const looking = `require('http').get(${JSON.stringify(`${inspector.url}events`)}, (r) => r.resume()).on('error', () => {})`;
spawn(process.execPath, ['-e', looking], { stdio: 'ignore' }).unref();
await until(() => inspector.viewers === 1, 'a viewer');
say({ viewers: inspector.viewers });
mainDone();
