import type * as ndc from 'node-datachannel';
import type { LibraryContext } from '../../../library/library-context.js';
import type { NativePeerConnection } from '../../../native/binding.js';
import { callNative } from '../../../native/call-native.js';
import { latePeerConnection } from '../../../native/late/late-peer-connection.js';
import type { CheckedConnectionConfig } from '../../../native/validate/peer-connection-config.js';
import { IceServers, nativeServer } from './ice-servers.js';
import { holdToRelay, relayConfig } from './relay-only.js';

export interface NativeConnection {
  readonly native: NativePeerConnection;
  readonly servers: IceServers;
}

/**
 * Makes the native connection, at once where the addresses of all servers are known, and otherwise when they are. The
 * caller ends `servers` with the connection.
 */
export function createNativeConnection(
  context: LibraryContext,
  path: string,
  name: string,
  config: CheckedConnectionConfig,
): NativeConnection {
  const relayOnly = config.iceTransportPolicy === 'relay' && context.isLibrary;
  const servers = new IceServers(config.iceServers, relayOnly, context.names, context.clock);
  warnOfUnsupported(context, path, servers);
  context.load();
  const construct = (complete: ndc.RtcConfig) => {
    const { PeerConnection: Native } = context.native;
    const native = callNative(path, 'new PeerConnection', () => new Native(name, complete));
    servers.attach(native);
    return native;
  };
  const complete = () => ({ ...config, iceServers: servers.choose().map(nativeServer) });
  const addressed = servers.addressed();
  if (addressed && !relayOnly) return { native: construct(complete()), servers };
  const looked = addressed ? Promise.resolve() : servers.lookUp();
  const native = latePeerConnection(
    {
      config: looked.then(() => (relayOnly ? relayConfig(config, servers) : complete())),
      construct,
      made: (made, given) => relayOnly && holdToRelay(made, given),
      refused: (error) => servers.refused(error),
      cancel: () => servers.end(),
    },
    config.disableAutoNegotiation !== true,
  );
  return { native, servers };
}

function warnOfUnsupported(context: LibraryContext, path: string, { unsupported }: IceServers): void {
  if (unsupported.length === 0) return;
  context.warn({
    code: 'RTC_ICE_SERVER_UNUSED',
    path,
    message:
      `${unsupported.join(', ')}: published builds of the library relay over UDP only, so that TURN over TCP or TLS is ` +
      'not used. Give the URL of the same server for UDP (turn:host:port), where it has one',
  });
}
