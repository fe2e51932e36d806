import {
  type AnyHandle,
  type DataChannel,
  type PeerConnection,
  RtcRuntime,
  type RtcScope,
  type WebSocket,
  type WebSocketServer,
} from '../../src/index.js';
import { sdkPair } from '../hazards/support/sdk-pair.js';

/** Everything one random sequence of calls has made, so that later calls have something to act on. */
export class World {
  readonly scope: RtcScope = RtcRuntime.acquire('fuzz');
  readonly connections: PeerConnection[] = [];
  readonly channels: DataChannel[] = [];
  readonly sockets: WebSocket[] = [];
  readonly servers: WebSocketServer[] = [];
  readonly forks: RtcScope[] = [];

  addPair(scope: RtcScope): void {
    const { alice, bob } = sdkPair(scope);
    for (const pc of [alice, bob]) {
      pc.on('dataChannel', (channel) => void this.channels.push(channel));
      pc.on('error', () => {});
      this.connections.push(pc);
    }
  }

  get handles(): AnyHandle[] {
    return [...this.connections, ...this.channels, ...this.sockets, ...this.servers];
  }

  /** Element `index` of a list, going round; undefined for an empty one. */
  pick<T>(list: readonly T[], index: number): T | undefined {
    return list.length === 0 ? undefined : list[index % list.length];
  }
}

/**
 * Makes one call. What it throws must be an error that a user can act on: coded, or a TypeError or RangeError
 * that names the argument.
 */
export async function call(what: string, body: () => unknown): Promise<void> {
  current = what;
  try {
    await body();
  } catch (error) {
    if (isProper(error)) return;
    throw new Error(`${what} ended with an improper error: ${String(error)}`, { cause: error });
  }
}

let current = 'nothing';

/** The call that was made last: names what never came back. */
export function currentCall(): string {
  return current;
}

function isProper(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ((error as { code?: unknown }).code !== undefined) return true;
  if (error.name === 'SuppressedError') return true;
  return error instanceof TypeError || error instanceof RangeError;
}
