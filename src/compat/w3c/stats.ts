import type { PeerConnection as Connection } from '../../resources/connection/peer-connection.js';

/** The W3C's statistics, as far as the library has figures. */
export function statsOf(handle: Connection, opened: number, closed: number): Map<string, object> {
  const report = new Map<string, object>();
  const timestamp = performance.timeOrigin + performance.now();
  const add = (id: string, type: string, figures: object) =>
    report.set(id, { id, type, timestamp, ...figures });
  add('P', 'peer-connection', { dataChannelsOpened: opened, dataChannelsClosed: closed });
  const pair = handle.selectedCandidatePair();
  if (!pair) return report;
  for (const side of ['local', 'remote'] as const) {
    const { address, port, type, transportType } = pair[side];
    const protocol = String(transportType).toLowerCase();
    add(`I${side}`, `${side}-candidate`, { candidateType: type, address, ip: address, port, protocol });
  }
  const { bytesSent, bytesReceived, rtt } = handle;
  const seconds = rtt === undefined ? {} : { currentRoundTripTime: rtt / 1000 };
  add('CP', 'candidate-pair', {
    ...{ transportId: 'T', localCandidateId: 'Ilocal', remoteCandidateId: 'Iremote' },
    ...{ state: 'succeeded', nominated: true, writable: true, bytesSent, bytesReceived, ...seconds },
  });
  add('T', 'transport', {
    ...{ dtlsState: 'connected', selectedCandidatePairId: 'CP', selectedCandidatePairChanges: 1 },
    ...{ bytesSent, bytesReceived },
  });
  return report;
}
