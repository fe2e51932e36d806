import { dictionary, domException, domString, oneOf } from './web-idl.js';
import { knownSettings, PEER_CONNECTION_SETTINGS } from '../known-settings.js';
import { iceServerUrls } from '../polyfill-api.js';
import { checkCertificates, type RTCCertificate } from './rtc-certificate.js';
import type { Configuration, IceServer } from './w3c-types.js';

/** What the W3C's constructor and `setConfiguration()` check, as `getConfiguration()` shows it. */
export function checkConfiguration(given: Configuration | null | undefined): Configuration {
  const configuration = dictionary(given, 'configuration');
  const { iceCandidatePoolSize = 0, certificates = [] } = configuration;
  if (configuration.iceServers === null) throw new TypeError('iceServers must be an array');
  const pool = Math.trunc(Number(iceCandidatePoolSize));
  if (!(pool >= 0 && pool <= 255)) {
    throw new TypeError('iceCandidatePoolSize must be an integer from 0 to 255');
  }
  return {
    // By name: they may be getters, or inherited.
    ...knownSettings(configuration, 'configuration', [...PEER_CONNECTION_SETTINGS, 'peerIdentity']),
    iceServers: Array.from(configuration.iceServers ?? [], checkServer),
    iceTransportPolicy: oneOf(configuration.iceTransportPolicy, 'iceTransportPolicy', ['all', 'relay']),
    bundlePolicy: oneOf(configuration.bundlePolicy, 'bundlePolicy', ['balanced', 'max-compat', 'max-bundle']),
    rtcpMuxPolicy: oneOf(configuration.rtcpMuxPolicy, 'rtcpMuxPolicy', ['require', 'negotiate']),
    iceCandidatePoolSize: pool,
    certificates: checkCertificates(certificates),
  };
}

/** What `getConfiguration()` shows: the members that the W3C has, and the name of the connection. */
export function shownConfiguration(configuration: Configuration): Configuration {
  const shown = SHOWN.filter((name) => configuration[name] !== undefined);
  const copy = structuredClone(Object.fromEntries(shown.map((name) => [name, configuration[name]])));
  return { ...copy, certificates: [...(configuration.certificates ?? [])] };
}

const SHOWN = [
  ...(['iceServers', 'iceTransportPolicy', 'bundlePolicy', 'rtcpMuxPolicy'] as const),
  ...(['iceCandidatePoolSize', 'peerIdentity'] as const),
];

/** With the servers and the first certificate as the binding takes them. */
export function nativeConfiguration(configuration: Configuration): object {
  const [certificate] = (configuration.certificates ?? []) as RTCCertificate[];
  return { ...configuration, ...certificate?.settings(), iceServers: iceServerUrls(configuration) };
}

/** What the constructor refuses, which is no mistake of type. */
export function assertSupported({ rtcpMuxPolicy }: Configuration): void {
  if (rtcpMuxPolicy === 'negotiate') {
    throw domException('NotSupportedError', 'RTCP always shares the port of RTP');
  }
}

/** The configuration that takes the place of `before`; `described`: the connection has a local description. */
export function changedConfiguration(
  before: Configuration,
  given: Configuration | null | undefined,
  described: boolean,
): Configuration {
  const after = checkConfiguration(given);
  assertSameTransport(before, after, described);
  return after;
}

/** What cannot be changed in a connection that exists. */
function assertSameTransport(before: Configuration, after: Configuration, described: boolean): void {
  const fixed = ['bundlePolicy', 'rtcpMuxPolicy'] as const;
  const changed = fixed.find((name) => before[name] !== after[name]);
  const pool = described && before.iceCandidatePoolSize !== after.iceCandidatePoolSize;
  const [old = [], now = []] = [before.certificates, after.certificates];
  const certificates = now.length !== old.length || now.some((certificate, i) => certificate !== old[i]);
  const name = changed ?? (pool ? 'iceCandidatePoolSize' : certificates ? 'certificates' : undefined);
  if (name !== undefined) throw domException('InvalidModificationError', `${name} cannot be changed`);
}

function checkServer(given: IceServer): IceServer {
  if (typeof given !== 'object' || given === null || given.urls === undefined) {
    throw new TypeError('iceServers must be objects with urls');
  }
  // Members that the W3C has, which may be getters; others are not kept.
  const { urls: one, username, credential } = given;
  const urls = typeof one === 'string' ? [one] : Array.from(one, (url) => domString(url, 'urls'));
  if (urls.length === 0) throw domException('SyntaxError', 'urls of an ICE server are empty');
  const server = {
    urls,
    ...(username !== undefined && { username: domString(username, 'username') }),
    ...(credential !== undefined && { credential: domString(credential, 'credential') }),
  };
  for (const url of urls) checkUrl(url, server);
  return server;
}

function checkUrl(url: string, { username, credential }: IceServer): void {
  const [, scheme = '', host = ''] = /^(stuns?|turns?):([^?]+)/i.exec(url) ?? [];
  if (host === '' || host.startsWith('//') || host.includes('@')) {
    throw domException(
      'SyntaxError',
      'the URL of an ICE server must be stun:, stuns:, turn: or turns: and a host',
    );
  }
  if (!/^turn/i.test(scheme)) return;
  if (username === undefined || credential === undefined) {
    throw domException('InvalidAccessError', 'a TURN server needs username and credential');
  }
  if (Buffer.byteLength(username) > LONGEST_USERNAME) {
    throw domException('InvalidAccessError', `username has more than ${LONGEST_USERNAME} bytes`);
  }
}

/** Bytes (RFC 8489, section 14.3). */
const LONGEST_USERNAME = 509;
