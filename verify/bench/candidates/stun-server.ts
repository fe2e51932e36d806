import { createSocket } from 'node:dgram';

/**
 * A STUN server on loopback that answers Binding requests (RFC 8489) and does not keep the process alive. Returns
 * its port.
 *
 * For werift: without a server it asks one on the Internet, and waits five seconds for the answer.
 */
export async function stunServer(): Promise<number> {
  const socket = createSocket('udp4');
  socket.on('message', (request, { address, port }) => {
    if (request.length < HEADER_BYTES || request.readUInt16BE(0) !== BINDING_REQUEST) return;
    const answer = Buffer.alloc(HEADER_BYTES + 12);
    answer.writeUInt16BE(BINDING_ANSWER, 0);
    answer.writeUInt16BE(12, 2);
    request.copy(answer, 4, 4, HEADER_BYTES); // the magic cookie and the transaction
    answer.writeUInt16BE(XOR_MAPPED_ADDRESS, 20);
    answer.writeUInt16BE(8, 22);
    answer.writeUInt8(IPV4, 25);
    answer.writeUInt16BE(port ^ (MAGIC_COOKIE >>> 16), 26);
    const bytes = address.split('.').map(Number);
    for (let i = 0; i < 4; i++) answer[28 + i] = (bytes[i] ?? 0) ^ (request[4 + i] ?? 0);
    socket.send(answer, port, address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  socket.unref();
  return socket.address().port;
}

const HEADER_BYTES = 20;
const BINDING_REQUEST = 0x0001;
const BINDING_ANSWER = 0x0101;
const XOR_MAPPED_ADDRESS = 0x0020;
const MAGIC_COOKIE = 0x2112a442;
const IPV4 = 1;
