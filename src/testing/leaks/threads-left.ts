import { nativeThreads } from '../../diagnostics/threads.js';
import { realTime } from '../real-time.js';

/** Milliseconds that the library's threads get to end after a cleanup, on a busy machine. */
const THREADS_MS = 1000;

/** Names of the library's threads that do not end, while `expected()` says that none should be there. */
export async function threadsLeft(expected: () => boolean): Promise<readonly string[]> {
  const end = realTime.now() + THREADS_MS;
  let threads = nativeThreads();
  while (threads.count > 0 && realTime.now() < end) {
    await realTime.sleep(2);
    if (!expected()) return [];
    threads = nativeThreads();
  }
  return threads.names;
}
