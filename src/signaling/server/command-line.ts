import { parseArgs } from 'node:util';
import { MAX_INT32, MAX_UINT16 } from '../../native/validate/limits.js';
import type { SignalingLimits } from './server-options.js';

export const USAGE = `scoped-rtc-signaling: a signaling server

  --port <number>            default 8443; 0 takes a free one
  --host <address>           default: all
  --cert <file> --key <file> PEM; without them it speaks ws: in the clear
  --origin <origin>          web pages that may connect; may be repeated; default: all
  --token-file <file>        what peers must show to join; or the variable SIGNALING_TOKEN
  --nats <url>               joins the servers that use the same NATS; may be repeated
  --redis <url>              joins the servers that use the same Redis
  --serve-client             serves the browser's module at /scoped-rtc.js
  --idle-timeout <ms>        default 30000
  --message-size <bytes>     default 65536
  --messages-per-second <n>  default 100
  --burst <n>                default 256
  --peers-per-room <n>       default 16
  --rooms <n>                default 1000
  --connections <n>          default 4000

  Exit code: 1 when the server cannot be started, 2 for wrong arguments.
`;

/** The command line is wrong; the message says what. */
export class UsageError extends Error {}

/** What the command line asks for. */
export interface CommandLine {
  readonly help: boolean;
  readonly port: number | undefined;
  readonly host: string | undefined;
  readonly certificateFile: string | undefined;
  readonly keyFile: string | undefined;
  readonly origins: string[] | undefined;
  readonly tokenFile: string | undefined;
  /** Of the variable `SIGNALING_TOKEN`. */
  readonly token: string | undefined;
  readonly nats: string[] | undefined;
  readonly redis: string | undefined;
  readonly serveClient: boolean;
  readonly idleTimeout: number | undefined;
  readonly limits: { readonly [K in keyof SignalingLimits]?: number | undefined };
}

const text = { type: 'string' } as const;
const OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  ...{ port: text, host: text, cert: text, key: text, 'token-file': text, 'idle-timeout': text },
  ...{ 'message-size': text, 'messages-per-second': text, burst: text, 'peers-per-room': text },
  ...{ rooms: text, connections: text, redis: text },
  'serve-client': { type: 'boolean' },
  origin: { type: 'string', multiple: true },
  nats: { type: 'string', multiple: true },
} as const;

/** Throws a `UsageError` for what is wrong. An empty value is: it would open to all what was meant to be closed. */
export function readCommandLine(args: string[], environment: NodeJS.ProcessEnv): CommandLine {
  const values = parse(args);
  for (const [name, value] of Object.entries(values)) {
    if ([value].flat().includes('')) throw new UsageError(`--${name} must not be empty`);
  }
  const { nats, redis, cert, key } = values;
  const token = environment.SIGNALING_TOKEN;
  if (token === '') {
    throw new UsageError(
      'the variable SIGNALING_TOKEN must not be empty; unset it for a server without token',
    );
  }
  if (nats && redis) throw new UsageError('--nats and --redis exclude each other');
  if ((cert === undefined) !== (key === undefined)) {
    throw new UsageError('--cert and --key must be given together');
  }
  if (redis !== undefined && !URL.canParse(redis)) {
    throw new UsageError('--redis must be an address such as redis://127.0.0.1:6379');
  }
  const count = (name: keyof typeof values & NumberName) => integer(name, values[name], 1, MAX_INT32);
  return {
    help: values.help ?? false,
    port: integer('port', values.port, 0, MAX_UINT16),
    host: values.host,
    certificateFile: cert,
    keyFile: key,
    origins: values.origin,
    tokenFile: values['token-file'],
    ...{ token, nats, redis },
    serveClient: values['serve-client'] ?? false,
    idleTimeout: count('idle-timeout'),
    limits: {
      messageSize: count('message-size'),
      messagesPerSecond: count('messages-per-second'),
      burst: count('burst'),
      peersPerRoom: count('peers-per-room'),
      rooms: count('rooms'),
      connections: count('connections'),
    },
  };
}

type NumberName =
  | 'idle-timeout'
  | 'message-size'
  | 'messages-per-second'
  | 'burst'
  | 'peers-per-room'
  | 'rooms'
  | 'connections';

function parse(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS }).values;
  } catch (error) {
    // The first sentence says what is wrong; the others are advice for other programs.
    throw new UsageError((error as Error).message.split(/\.\s/)[0]?.replace(/\.$/, ''));
  }
}

function integer(name: string, given: string | undefined, from: number, to: number): number | undefined {
  if (given === undefined) return undefined;
  const value = /^\d+$/.test(given) ? Number(given) : Number.NaN;
  if (value >= from && value <= to) return value;
  throw new UsageError(`--${name} must be an integer from ${from} to ${to}, not ${JSON.stringify(given)}`);
}
