#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { renderCheck, renderVerdict } from '../doctor/render.js';
import { runDoctor } from '../doctor/doctor.js';
import { inspectProgram } from './inspect.js';
import { top } from './top.js';

const USAGE = `scoped-rtc doctor [--json]

  Looks at Node, node-datachannel and this machine, makes a real connection on
  loopback, and tries the quick rows of the hazard matrix.

  --json        one JSON object on stdout: { healthy, checks }

  Exit code: 0 well, 1 something failed, 2 wrong arguments.

scoped-rtc inspect [--port N] [--wait] [--register] [--trace FILE] -- COMMAND …

  Runs a program of Node.js with the inspector in it, as it is: the address of the
  page is written to stderr when the program makes its first handle. Exit code and
  signals are those of the program.

  --port N      TCP port on 127.0.0.1; default: a free one
  --wait        the program begins when the page is opened
  --register    for programs that use node-datachannel itself
  --trace FILE  writes the trace when the process ends

scoped-rtc top URL

  The tree and its rates in the terminal, from the address of an inspector.`;

class UsageError extends Error {}

async function doctor(args: string[]): Promise<void> {
  const { json = false } = parse(args, { json: { type: 'boolean' } }, 0).values;
  const colored = process.stdout.isTTY === true && process.env.NO_COLOR === undefined;
  const report = await runDoctor((check) => {
    if (!json) console.log(renderCheck(check, colored));
  });
  console.log(json ? JSON.stringify(report, undefined, 2) : renderVerdict(report, colored));
  process.exitCode = report.healthy ? 0 : 1;
}

async function inspect(args: string[]): Promise<void> {
  const end = args.indexOf('--');
  const command = end < 0 ? [] : args.slice(end + 1);
  if (command.length === 0)
    throw new UsageError('inspect needs a command: scoped-rtc inspect -- node app.js');
  const options = {
    port: { type: 'string' },
    wait: { type: 'boolean' },
    register: { type: 'boolean' },
    trace: { type: 'string' },
  } as const;
  const { port = '0', wait = false, register = false, trace } = parse(args.slice(0, end), options, 0).values;
  if (!/^\d+$/.test(port) || Number(port) > 65_535) throw new UsageError(`--port ${port} is no port`);
  await inspectProgram(command, { port: Number(port), wait, register, trace });
}

async function showTop(args: string[]): Promise<void> {
  const [url = ''] = parse(args, {}, 1).positionals;
  if (!URL.canParse(url)) throw new UsageError('top needs the address of an inspector');
  await top(url.endsWith('/') ? url : `${url}/`);
}

type Options = NonNullable<NonNullable<Parameters<typeof parseArgs>[0]>['options']>;

/** With so many positional arguments. */
function parse<const T extends Options>(args: string[], options: T, positionals: number) {
  try {
    const parsed = parseArgs({ args, options, allowPositionals: true });
    if (parsed.positionals.length === positionals) return parsed;
    throw new Error(`${positionals} arguments expected, not ${parsed.positionals.length}`);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

const COMMANDS: Readonly<Record<string, (args: string[]) => Promise<void>>> = {
  doctor,
  inspect,
  top: showTop,
};

async function main([name = '', ...args]: string[]): Promise<void> {
  const own = args.slice(0, args.includes('--') ? args.indexOf('--') : undefined);
  if ([name, ...own].some((each) => each === '--help' || each === '-h')) return console.log(USAGE);
  try {
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (!command) throw new UsageError(`not a command: ${[name, ...args].join(' ').trim() || '(none)'}`);
    await command(args);
  } catch (error) {
    if (!(error instanceof UsageError)) {
      console.error((error as Error).message);
      process.exitCode = 1;
      return;
    }
    console.error(`${error.message}\n\n${USAGE}`);
    process.exitCode = 2;
  }
}

await main(process.argv.slice(2));
