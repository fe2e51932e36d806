// Two copies of the package, at different URLs, in one process.
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as first from '../../../src/index.js';
import { LOOPBACK, openChannel } from '../../lifecycle/programs/link.js';
import { mainDone, say } from '../../lifecycle/programs/say.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'scoped-rtc-copy-'));
try {
  cpSync(join(root, 'src'), join(folder, 'src'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const second = (await import(pathToFileURL(join(folder, 'src/index.ts')).href)) as typeof first;
  say({
    otherClass: first.RtcRuntime !== second.RtcRuntime,
    sameRuntime: first.RtcRuntime.shared === second.RtcRuntime.shared,
  });
  const one = first.RtcRuntime.acquire('one');
  const two = second.RtcRuntime.acquire('two');
  const { near } = await openChannel(
    one.createPeerConnection('near', LOOPBACK),
    two.createPeerConnection('far', LOOPBACK),
  );
  await two.disposeAsync();
  const { by } = await near.closed({ timeout: 10_000 });
  say({ by, between: first.RtcRuntime.shared.cleanups });
  await one.disposeAsync();
  const { cleanups, generation } = second.RtcRuntime.shared;
  say({ cleanups, generation, threads: first.RtcRuntime.shared.threads().count });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
mainDone();
