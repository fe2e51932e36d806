import type { PeerConnection as Connection } from '../../resources/connection/peer-connection.js';
import type { RTCDtlsTransport } from './transports.js';
import { nextTurn } from '../../time/clock.js';

/** The W3C's statistics, as far as the library has figures. */
export async function statsOf(
  handle: Connection,
  dtls: RTCDtlsTransport | null,
  { opened, closed }: { readonly opened: number; readonly closed: number },
): Promise<Map<string, object>> {
  await nextTurn(); // in a task of their own, as the W3C has it

  const report = new Map<string, object>();
  const timestamp = performance.timeOrigin + performance.now();
  const add = (id: string, type: string, figures: object) =>
    report.set(id, { id, type, timestamp, ...figures });
  add('P', 'peer-connection', { dataChannelsOpened: opened, dataChannelsClosed: closed });
  const { bytesSent, bytesReceived, rtt } = handle;
  const pair = handle.selectedCandidatePair();
  if (dtls) {
    const { state, iceTransport } = dtls;
    add('T', 'transport', {
      ...{
        dtlsState: state,
        dtlsRole: dtls.dtlsRole,
        iceState: iceTransport.state,
        iceRole: iceTransport.role,
      },
      iceLocalUsernameFragment: iceTransport.getLocalParameters()?.usernameFragment,
      ...(pair && { selectedCandidatePairId: 'CP' }),
      ...{ selectedCandidatePairChanges: pair ? 1 : 0, bytesSent, bytesReceived },
    });
  }
  if (!pair) return report;
  for (const side of ['local', 'remote'] as const) {
    const { address, port, type, transportType } = pair[side];
    const protocol = String(transportType).toLowerCase();
    add(`I${side}`, `${side}-candidate`, { candidateType: type, address, ip: address, port, protocol });
  }
  const seconds = rtt === undefined ? {} : { currentRoundTripTime: rtt / 1000 };
  add('CP', 'candidate-pair', {
    ...{ transportId: 'T', localCandidateId: 'Ilocal', remoteCandidateId: 'Iremote' },
    ...{ state: 'succeeded', nominated: true, writable: true, bytesSent, bytesReceived, ...seconds },
  });
  return report;
}
