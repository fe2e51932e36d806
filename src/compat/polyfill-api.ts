import type { RtcConfig } from 'node-datachannel';
import type * as polyfill from 'node-datachannel/polyfill';
import { GuardedPeerConnection } from './guarded-peer-connection.js';
import type { NativeOwner } from './drop-in-owner.js';
import { packagePolyfill } from '../native/load.js';

/** The W3C configuration, as far as it is read here. */
interface Configuration {
  iceServers?:
    { urls: string | string[]; username?: string | undefined; credential?: string | undefined }[] | undefined;
  peerIdentity?: string;
  peerConnection?: unknown;
}

/** What the polyfill's classes are; its own types need the DOM's. */
export type PolyfillApi = Omit<typeof polyfill, 'default'>;

type PolyfillConnection = new (configuration?: object) => object;

/** The W3C objects of node-datachannel, whose natives `owner` owns. */
export function polyfillApi(owner: NativeOwner): PolyfillApi {
  const { default: _, ...classes } = packagePolyfill();
  const Base = classes.RTCPeerConnection as unknown as PolyfillConnection;
  let made = 0;

  class RTCPeerConnection extends Base {
    constructor(configuration: Configuration = {}) {
      if (configuration?.peerConnection !== undefined) {
        super(configuration);
        return;
      }
      // The polyfill checks the configuration, and completes it, before it makes a connection of its own; so does this one.
      Base.prototype._checkConfiguration(configuration);
      const name = configuration?.peerIdentity ?? `peer-${++made}`;
      const config = { ...configuration, iceServers: iceServerUrls(configuration) };
      const peerConnection = new GuardedPeerConnection(owner, name, config as RtcConfig, true);
      super({ ...configuration, peerConnection });
    }
  }

  return { ...classes, RTCPeerConnection: RTCPeerConnection as never };
}

/** The URLs of all servers, with their credentials in them, as the binding takes them. */
export function iceServerUrls(configuration: Pick<Configuration, 'iceServers'> | null): string[] {
  const servers = configuration?.iceServers ?? [];
  return servers.flatMap(({ urls, username, credential }) => {
    const list = Array.isArray(urls) ? urls : [urls];
    if (!username || !credential) return list;
    const account = `${encodeURIComponent(username)}:${encodeURIComponent(credential)}@`;
    // A STUN server has none, whatever is given for it.
    return list.map((url) => url.replace(/^turns?:/i, (scheme) => `${scheme}${account}`));
  });
}
