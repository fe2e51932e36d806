import { readFrom } from '../arguments/argument.js';

/**
 * The settings that the binding reads, out of an object that may have others: callers forward whole W3C
 * configurations. `undefined` and `null` count as "not given". The values are checked by the method that gets them.
 */
export function knownSettings(settings: unknown, name: string, keys: readonly string[]): object | undefined {
  if (settings === undefined || settings === null) return undefined;
  if (typeof settings !== 'object') return settings as never; // refused by the check that follows
  const known: Record<string, unknown> = {};
  for (const key of keys) {
    const value = readFrom(`${name}.${key}`, () => (settings as Record<string, unknown>)[key]);
    if (value !== undefined && value !== null) known[key] = value;
  }
  return known;
}

export const PEER_CONNECTION_SETTINGS = [
  'iceServers',
  'proxyServer',
  'bindAddress',
  'enableIceTcp',
  'enableIceUdpMux',
  'disableAutoNegotiation',
  'disableAutoGathering',
  'forceMediaTransport',
  'portRangeBegin',
  'portRangeEnd',
  'maxMessageSize',
  'mtu',
  'iceTransportPolicy',
  'disableFingerprintVerification',
  'certificatePemFile',
  'keyPemFile',
  'keyPemPass',
] as const;

export const DATA_CHANNEL_SETTINGS = [
  'protocol',
  'negotiated',
  'id',
  'unordered',
  'maxPacketLifeTime',
  'maxRetransmits',
] as const;

export const WEB_SOCKET_SETTINGS = [
  'disableTlsVerification',
  'proxyServer',
  'protocols',
  'connectionTimeout',
  'pingInterval',
  'maxOutstandingPings',
  'caCertificatePemFile',
  'certificatePemFile',
  'keyPemFile',
  'keyPemPass',
  'maxMessageSize',
] as const;

export const WEB_SOCKET_SERVER_SETTINGS = [
  'port',
  'enableTls',
  'certificatePemFile',
  'keyPemFile',
  'keyPemPass',
  'bindAddress',
  'connectionTimeout',
  'maxMessageSize',
] as const;
