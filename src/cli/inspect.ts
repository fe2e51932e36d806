import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { INSPECTED, type InspectedSettings } from '../inspector/inspected-settings.js';
import { ownFolder } from '../native/packages.js';

export interface InspectOptions extends InspectedSettings {
  /** The program uses node-datachannel itself, so it is given the drop-in. */
  readonly register: boolean;
}

/** Runs `command` with the inspector in it, then ends as the program did: with its exit code, or by its signal. */
export async function inspectProgram(command: readonly string[], options: InspectOptions): Promise<void> {
  const { register, port, wait, trace } = options;
  const settings: InspectedSettings = { port, wait, trace: trace === undefined ? trace : resolve(trace) };
  const modules = [...(register ? ['compat/register.js'] : []), 'inspector/preload.js'];
  const imports = modules.map(
    (file) => `--import=${pathToFileURL(join(ownFolder() ?? '', 'dist', file)).href}`,
  );
  const [program = '', ...args] = command;
  const child = spawn(program, args, {
    stdio: 'inherit',
    env: {
      SCOPED_RTC_TRACE: '1',
      ...process.env,
      [INSPECTED]: JSON.stringify(settings),
      NODE_OPTIONS: [process.env.NODE_OPTIONS, ...imports].filter(Boolean).join(' '),
    },
  });
  const forward = (signal: NodeJS.Signals): void => {
    // A terminal sends SIGINT to the program, too: a second one would cut its teardown short.
    if (signal === 'SIGINT' && process.stdin.isTTY) return;
    child.kill(signal);
  };
  for (const signal of FORWARDED) process.on(signal, forward);
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((done) => {
    child.once('error', (error) => {
      console.error(`${program} could not be started: ${error.message}`);
      done([127, null]);
    });
    child.once('exit', (exitCode, exitSignal) => done([exitCode, exitSignal]));
  });
  for (const each of FORWARDED) process.off(each, forward);
  if (signal === null) process.exitCode = code ?? 1;
  else process.kill(process.pid, signal);
}

const FORWARDED: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2'];
