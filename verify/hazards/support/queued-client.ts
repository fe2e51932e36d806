import { connect } from 'node:net';
import { busy } from './busy.js';

/** A client connects, and the server's process is too busy to notice: its accepted socket is queued. */
export async function queuedClient(port: number): Promise<Disposable> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  await new Promise<void>((resolve) => process.nextTick(resolve)); // it is on its way
  busy(100);
  return { [Symbol.dispose]: () => void socket.destroy() };
}
