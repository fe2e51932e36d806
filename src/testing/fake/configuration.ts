/** Refuses what the addon's PeerConnection constructor refuses. */
export function readConfig(name: unknown, config: unknown): void {
  if (typeof name !== 'string' || typeof config !== 'object' || config === null) {
    throw new TypeError('Peer Name (String) and Configuration (Object) expected');
  }
  const { iceServers, mtu, portRangeBegin, portRangeEnd, iceTransportPolicy } = config as Record<
    string,
    unknown
  >;
  if (!Array.isArray(iceServers)) throw new TypeError('iceServers(Array) expected');
  for (const server of iceServers) {
    if (typeof server === 'string') continue;
    if (typeof server !== 'object' || server === null) {
      throw new TypeError('IceServer config should be a string Or an object');
    }
    if (typeof server.hostname !== 'string' || typeof server.port !== 'number') {
      throw new TypeError('IceServer config error (hostname OR/AND port is not suitable)');
    }
  }
  if (iceTransportPolicy !== undefined && iceTransportPolicy !== 'all' && iceTransportPolicy !== 'relay') {
    throw new TypeError(
      typeof iceTransportPolicy === 'string'
        ? 'Unknown ICE transport policy'
        : 'Invalid ICE transport policy, expected string',
    );
  }
  const creating = 'libdatachannel error while creating peer connection: ';
  if (
    typeof portRangeBegin === 'number' &&
    typeof portRangeEnd === 'number' &&
    portRangeBegin > portRangeEnd
  ) {
    throw new Error(`${creating}Invalid port range`);
  }
  if (typeof mtu === 'number' && mtu < 576) throw new Error(`${creating}Invalid MTU value`);
}

/** How a channel carries its messages. */
export interface Reliability {
  readonly unordered: boolean;
  /** Messages are given up: here with the first packet of them that is lost. */
  readonly lossy: boolean;
}

export const RELIABLE: Reliability = { unordered: false, lossy: false };

const INIT_TYPES = { protocol: 'string', negotiated: 'boolean', id: 'number', unordered: 'boolean' } as const;

/** Reads `createDataChannel`'s arguments and refuses what the addon refuses. */
export function readChannelInit(args: readonly unknown[]): {
  label: string;
  protocol: string;
  negotiated: boolean;
  id: number | undefined;
  reliability: Reliability;
} {
  const [label, config] = args;
  if (typeof label !== 'string') throw new TypeError('Data Channel Label expected');
  if (args.length > 1 && (typeof config !== 'object' || config === null)) {
    throw new TypeError('Data Channel Init Config expected(As Object)');
  }
  const init = (config ?? {}) as Record<string, unknown>;
  for (const [key, type] of Object.entries(INIT_TYPES)) {
    if (init[key] !== undefined && typeof init[key] !== type)
      throw new TypeError(`Wrong DataChannel Init Config (${key})`);
  }
  for (const key of ['maxPacketLifeTime', 'maxRetransmits']) {
    const value = init[key] ?? undefined;
    if (value !== undefined && typeof value !== 'number')
      throw new TypeError(`Wrong DataChannel Init Config (${key})`);
  }
  if (
    (init.maxPacketLifeTime ?? undefined) !== undefined &&
    (init.maxRetransmits ?? undefined) !== undefined
  ) {
    throw new TypeError('Wrong DataChannel Init Config, maxPacketLifeTime and maxRetransmits are exclusive');
  }
  return {
    label,
    protocol: (init.protocol as string | undefined) ?? '',
    negotiated: init.negotiated === true,
    // The addon cuts the number to 16 bits.
    id: init.id === undefined ? undefined : (init.id as number) & 0xffff,
    reliability: {
      unordered: init.unordered === true,
      lossy: (init.maxPacketLifeTime ?? init.maxRetransmits ?? undefined) !== undefined,
    },
  };
}
