import type * as ndc from 'node-datachannel';
import {
  arrayOf,
  boolean,
  integer,
  nonEmptyString,
  oneOf,
  readOptions,
  secret,
  singleLine,
  wrongType,
} from '../../arguments/argument.js';
import { type CheckedIceServer, type IceServer, type IceServerUrls, iceServer } from './ice-server.js';
import { MAX_INT32, MAX_UINT16 } from './limits.js';
import { certificatePem, checkCertificatePair, keyPem } from './pem.js';
import { type ProxyServer, proxyServer } from './proxy.js';

/** Settings of a peer connection. Defaults are libdatachannel's (`configuration.hpp`, `impl/internals.hpp`). */
export interface PeerConnectionConfig {
  /**
   * STUN and TURN servers: `'stun:host:port'`, `'turn:user:password@host:port?transport=udp'`, or objects, also those
   * of the W3C. One STUN server is used, picked at random, and at most two TURN servers. Default none.
   *
   * A name is looked up for a second at the most before the connection begins to gather candidates; a server whose
   * name is not found by then is not used (see docs/networks.md).
   */
  iceServers?: readonly (string | Readonly<IceServer> | Readonly<IceServerUrls>)[] | undefined;
  /** Only builds of the library with libnice use it; the published ones (libjuice) ignore it. */
  proxyServer?: Readonly<ProxyServer> | undefined;
  /** Local address to bind to. Default: all. */
  bindAddress?: string | undefined;
  /** Default false. Only builds with libnice have ICE over TCP. */
  enableIceTcp?: boolean | undefined;
  /** All connections on one local UDP port. Default false. */
  enableIceUdpMux?: boolean | undefined;
  /** Leave `setLocalDescription` to the caller. Default false. */
  disableAutoNegotiation?: boolean | undefined;
  /** Do not gather candidates by itself. Default false. */
  disableAutoGathering?: boolean | undefined;
  /**
   * Set up the media transport although there is no track yet, so that one can be added later. Default true. With
   * `false` a peer is reached, too, that has no DTLS-SRTP at all; then the first track must be there before the
   * connection is up.
   */
  forceMediaTransport?: boolean | undefined;
  /** First local UDP port, 0 to 65535. Default 1024. */
  portRangeBegin?: number | undefined;
  /** Last local UDP port, 0 to 65535 and not below `portRangeBegin`. Default 65535. */
  portRangeEnd?: number | undefined;
  /** Largest message this side accepts, in bytes, 1 to 2147483647. Default 262144. */
  maxMessageSize?: number | undefined;
  /** Of the network, in bytes, 576 (the least that IPv4 guarantees) to 65535. Default 1280. */
  mtu?: number | undefined;
  /**
   * `'relay'`: nothing is sent but through a TURN server, and the peer gets no address but the relay's. Then the
   * peer must be reachable by IPv4 over UDP. Excludes `enableIceUdpMux`. Default `'all'`.
   */
  iceTransportPolicy?: 'all' | 'relay' | undefined;
  /** Accept any certificate of the peer. Default false. */
  disableFingerprintVerification?: boolean | undefined;
  /** PEM text, or the path of a PEM file. Default: the library makes a certificate. */
  certificatePemFile?: string | undefined;
  /** PEM text or a path, as `certificatePemFile` is. */
  keyPemFile?: string | undefined;
  /** Pass phrase of the key; works with files only. */
  keyPemPass?: string | undefined;
}

const DEFAULT_PORT_RANGE_BEGIN = 1024;
const DEFAULT_PORT_RANGE_END = 65_535;

/** A configuration for the native constructor, but for the servers. */
export interface CheckedConnectionConfig extends Omit<ndc.RtcConfig, 'iceServers'> {
  iceServers: CheckedIceServer[];
}

export function validatePeerConnectionConfig(config: unknown = {}): CheckedConnectionConfig {
  const given = readOptions<
    Omit<CheckedConnectionConfig, 'iceServers'> & { iceServers: CheckedIceServer[][] }
  >(config, 'config', {
    iceServers: arrayOf(iceServer),
    proxyServer,
    bindAddress: singleLine,
    enableIceTcp: boolean,
    enableIceUdpMux: boolean,
    disableAutoNegotiation: boolean,
    disableAutoGathering: boolean,
    forceMediaTransport: boolean,
    portRangeBegin: integer(0, MAX_UINT16),
    portRangeEnd: integer(0, MAX_UINT16),
    maxMessageSize: integer(1, MAX_INT32, 'bytes'),
    mtu: integer(576, MAX_UINT16, 'bytes'),
    iceTransportPolicy: oneOf('all', 'relay'),
    disableFingerprintVerification: boolean,
    certificatePemFile: certificatePem,
    keyPemFile: keyPem,
    keyPemPass: secret,
  });
  const { portRangeBegin = DEFAULT_PORT_RANGE_BEGIN, portRangeEnd = DEFAULT_PORT_RANGE_END } = given;
  if (portRangeBegin > portRangeEnd) {
    throw new RangeError(
      `config.portRangeBegin (${portRangeBegin}) must not be above config.portRangeEnd (${portRangeEnd})`,
    );
  }
  if (given.iceTransportPolicy === 'relay' && given.enableIceUdpMux === true) {
    throw new TypeError(
      "config.enableIceUdpMux is not possible with config.iceTransportPolicy 'relay': the library uses no TURN server then",
    );
  }
  checkCertificatePair(given, 'config');
  return { forceMediaTransport: true, ...given, iceServers: given.iceServers?.flat() ?? [] };
}

export function validatePeerName(peerName: unknown): string {
  if (typeof peerName !== 'object' || peerName === null) return nonEmptyString(peerName, 'name');
  const { message } = wrongType('name', 'a non-empty string', peerName);
  throw new TypeError(
    `${message}; the settings are the second argument: createPeerConnection('name', { iceServers })`,
  );
}

const port16 = integer(1, MAX_UINT16);

export interface CheckedIceUdpMux {
  readonly port: number;
  readonly address?: string;
}

/** Not port 0: the library would take a free port, and not report which. */
export function validateIceUdpMux(port: unknown, address?: unknown): CheckedIceUdpMux {
  const checkedPort = port16(port, 'port');
  return address === undefined
    ? { port: checkedPort }
    : { port: checkedPort, address: singleLine(address, 'address') };
}
