/** Ports are counted up from here: the dynamic range of RFC 6335. */
const FIRST_PORT = 49152;

/**
 * What bindings in memory reach each other over: like processes of one machine. A binding that is given none has one of
 * its own.
 */
export class FakeNetwork {
  /** Milliseconds that a packet of `size` bytes takes; 0 unless it is set. */
  latency: (size: number) => number = () => 0;
  /**
   * Whether a packet is lost, which is asked for each; none unless it is set. SCTP sends it again, except on a channel
   * that gives up its messages (`maxRetransmits`, `maxPacketLifeTime`).
   */
  loses: () => boolean = () => false;
  /** Nothing arrives for now; what was sent waits. */
  dark = false;
  /** @internal Connections by ICE user fragment. */
  readonly connections = new Map<string, object>();
  /** @internal Listening servers by TCP port. */
  readonly servers = new Map<number, object>();
  /** @internal */
  readonly udpPorts = new Set<number>();
  #port = FIRST_PORT;
  #connections = 0;

  /** @internal */
  nextPort(): number {
    return this.#port++;
  }

  /** A number that no other connection of this network has. @internal */
  nextConnection(): number {
    this.#connections += 1;
    return this.#connections;
  }
}
