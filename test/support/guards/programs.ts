import childProcess from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
import { afterAll } from 'vitest';

// A unit test or a test with the library runs in one process. The test may catch what starting throws, so the file
// fails once more.

const STARTING = ['exec', 'execFile', 'execFileSync', 'execSync', 'fork', 'spawn', 'spawnSync'] as const;
let started = false;

const refuse = (): never => {
  started = true;
  throw refused();
};
Object.assign(childProcess, Object.fromEntries(STARTING.map((name) => [name, refuse])));
syncBuiltinESMExports();

afterAll(() => {
  if (started) throw refused();
});

function refused(): Error {
  return new Error(
    'this test starts a program. Name the file *.programs.test.ts, ' +
      'or *.services.test.ts if the program is not ours (a browser, a server).',
  );
}
