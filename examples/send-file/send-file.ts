import { messageChannelSignaling, type RtcScope } from 'scoped-rtc';
import { fileSource } from '../support/byte-source.js';
import { trustedCertificate } from '../support/certificate.js';
import { sendBytes } from '../support/file-transfer.js';
import { ProgressBar } from '../support/progress-bar.js';
import { formatBytes } from '../support/style.js';
import { parseAddress } from './address.js';
import { openConnections } from './more-connections.js';

/**
 * Sends one file, or what is missing of it, to the receiver at `address` over so many connections, and waits until that one has
 * verified it.
 */
export async function sendFile(
  rtc: RtcScope,
  file: string,
  address: string,
  connections: number,
): Promise<void> {
  const source = await fileSource(file);
  const { url, certificate } = parseAddress(address);
  const { certificateFile } = rtc.use(await trustedCertificate(certificate));
  const signaling = rtc.createWebSocket(url, { name: 'signaling', caCertificatePemFile: certificateFile });
  const pc = rtc.createPeerConnection('sender');
  const channel = pc.createDataChannel('file');
  await pc.negotiate(messageChannelSignaling(signaling));
  await channel.opened();
  const more = { count: connections - 1, open: openConnections(rtc, pc) };
  const sent = await sendBytes(channel, source, new ProgressBar('sent    ').update, more);
  console.log(`sent ${sent.name}: ${formatBytes(sent.bytes)}, SHA-256 ${sent.sha256}`);
}
