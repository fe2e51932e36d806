import { messageChannelSignaling, type RtcScope } from 'scoped-rtc';
import { fileSource } from '../support/byte-source.js';
import { trustedCertificate } from '../support/certificate.js';
import { sendBytes } from '../support/file-transfer.js';
import { ProgressBar } from '../support/progress-bar.js';
import { formatBytes } from '../support/style.js';
import { parseAddress } from './address.js';

/** Sends one file, or what is missing of it, to the receiver at `address`, and waits until that one has verified it. */
export async function sendFile(rtc: RtcScope, file: string, address: string): Promise<void> {
  const source = await fileSource(file);
  const { url, certificate } = parseAddress(address);
  const { certificateFile } = rtc.use(await trustedCertificate(certificate));
  const signaling = rtc.createWebSocket(url, { name: 'signaling', caCertificatePemFile: certificateFile });
  const pc = rtc.createPeerConnection('sender');
  const channel = pc.createDataChannel('file');
  await pc.negotiate(messageChannelSignaling(signaling));
  await channel.opened();
  const sent = await sendBytes(channel, source, new ProgressBar('sent    ').update);
  console.log(`sent ${sent.name}: ${formatBytes(sent.bytes)}, SHA-256 ${sent.sha256}`);
}
