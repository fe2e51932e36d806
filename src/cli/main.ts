#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { renderCheck, renderVerdict } from '../doctor/render.js';
import { runDoctor } from '../doctor/doctor.js';

const USAGE = `scoped-rtc doctor [--json]

  Looks at Node, node-datachannel and this machine, makes a real connection on
  loopback, and tries the quick rows of the hazard matrix.

  --json   one JSON object on stdout: { healthy, checks }

  Exit code: 0 well, 1 something failed, 2 wrong arguments.`;

async function doctor(json: boolean): Promise<void> {
  const colored = process.stdout.isTTY === true && process.env.NO_COLOR === undefined;
  const report = await runDoctor((check) => {
    if (!json) console.log(renderCheck(check, colored));
  });
  console.log(json ? JSON.stringify(report, undefined, 2) : renderVerdict(report, colored));
  process.exitCode = report.healthy ? 0 : 1;
}

function wrongUsage(message: string): void {
  console.error(`${message}\n\n${USAGE}`);
  process.exitCode = 2;
}

function parse(): { command: string | undefined; rest: string[]; json: boolean; help: boolean } {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  });
  const [command, ...rest] = positionals;
  return { command, rest, json: values.json === true, help: values.help === true };
}

async function main(): Promise<void> {
  let given: ReturnType<typeof parse>;
  try {
    given = parse();
  } catch (error) {
    return wrongUsage((error as Error).message);
  }
  const { command, rest, json, help } = given;
  if (help) console.log(USAGE);
  else if (command !== 'doctor' || rest.length > 0) {
    wrongUsage(`not a command: ${[command, ...rest].join(' ') || '(none)'}`);
  } else await doctor(json);
}

await main();
