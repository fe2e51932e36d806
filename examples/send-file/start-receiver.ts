import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { RtcScope } from 'scoped-rtc';

const ADDRESS = /^address: (.+)$/;

/** Starts a receiver in a process of its own and returns its address; the scope waits for the process to end. */
export async function startReceiver(rtc: RtcScope, folder: string): Promise<string> {
  const [, program = ''] = process.argv; // send-file itself
  const child = spawn(process.execPath, [...process.execArgv, program, 'receive', folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  rtc.adopt(child, ended);
  // Until it says its address, its end is an error; afterwards the end of the channel says so.
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the receiver ended with code ${code}`)));
    createInterface(child.stdout).on('line', (line) => {
      const address = ADDRESS.exec(line)?.[1];
      if (address === undefined) console.log(`[receiver] ${line.trimStart()}`);
      else resolve(address);
    });
  });
}

/** It ends by itself when the connection to us has; torn down last, because it was the first. */
async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const late = setTimeout(() => child.kill(), PATIENCE_MS);
  await once(child, 'exit');
  clearTimeout(late);
}

/** Milliseconds. */
const PATIENCE_MS = 4_000;
