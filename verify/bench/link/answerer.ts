// The process of the peer that answers, and counts what arrives.
import { Ipc } from '../../../test/messages/ipc.js';
import { type LinkCandidate, type LinkEnd, loadLinkPeer } from './peer.js';

const peer = await loadLinkPeer(process.argv[2] as LinkCandidate, false);

/** What arrived on a connection. */
class Arrivals {
  bytes = 0;
  /** When the first small message arrived, in milliseconds of the system's monotonic clock. */
  first: number | undefined;
  /** Milliseconds from sending to arrival of each small message; the sender puts its time in. */
  latencies: number[] = [];
  /** When each small message arrived. */
  times: number[] = [];

  constructor({ bulk, small }: LinkEnd) {
    bulk.onBytes((bytes) => {
      this.bytes += bytes;
    });
    small.onMessage((message) => {
      const now = monotonic();
      this.first ??= now;
      this.times.push(now);
      this.latencies.push(now - message.readDoubleLE());
    });
  }
}

const monotonic = (): number => Number(process.hrtime.bigint()) / 1e6;

const arrivals = new Map<string, Promise<Arrivals>>();

const ipc = new Ipc(process as never, async (command, args) => {
  const { id } = args as { id: string };
  if (command === 'expect') {
    const end = peer.connect(ipc.signaling(id), false);
    arrivals.set(
      id,
      end.then((channels) => new Arrivals(channels)),
    );
    return undefined;
  }
  const found = await arrivals.get(id);
  if (command !== 'arrived' || !found) throw new Error(`the answerer knows no ${command} of ${id}`);
  const { bytes, first, latencies, times } = found;
  found.latencies = [];
  found.times = [];
  return { bytes, first, latencies, times, now: monotonic() };
});

process.on('disconnect', () => process.exit(0));
