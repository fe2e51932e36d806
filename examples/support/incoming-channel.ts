import type { DataChannel, PeerConnection } from 'scoped-rtc';

/** The next channel that the peer opens; rejects when the connection ends before there is one. */
export function incomingChannel(connection: PeerConnection): Promise<DataChannel> {
  return new Promise((resolve, reject) => {
    connection.once('dataChannel', resolve);
    connection.once('close', ({ reason }) => {
      reject(new Error(`${connection.path} closed before the peer opened a channel`, { cause: reason }));
    });
  });
}
