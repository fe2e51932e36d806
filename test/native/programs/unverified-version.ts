/** The real binding behind a package that says it is version `argv[2]`. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import nodeModule, { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RtcRuntime } from '../../../src/index.js';

const folder = mkdtempSync(join(tmpdir(), 'binding-'));
const entry = JSON.stringify(createRequire(import.meta.url).resolve('node-datachannel'));
writeFileSync(join(folder, 'index.cjs'), `module.exports = require(${entry});\n`);
writeFileSync(
  join(folder, 'package.json'),
  JSON.stringify({ name: 'node-datachannel', version: process.argv[2], main: 'index.cjs' }),
);

type Resolve = (request: string, ...rest: unknown[]) => string;
const loader = nodeModule as unknown as { _resolveFilename: Resolve };
const resolve = loader._resolveFilename;
loader._resolveFilename = (request, ...rest) =>
  resolve.call(nodeModule, request === 'node-datachannel' ? folder : request, ...rest);

RtcRuntime.shared.on('warning', ({ code, message }) => console.log(`${code}: ${message}`));
for (const name of ['first', 'second']) {
  await RtcRuntime.acquire(name).run((rtc) => {
    rtc.createPeerConnection();
  });
}
await new RtcRuntime().scope('third').run((rtc) => {
  rtc.createPeerConnection();
});
console.log(`cleanups: ${RtcRuntime.shared.cleanups}`);
rmSync(folder, { recursive: true });
