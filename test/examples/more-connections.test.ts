import { createHash } from 'node:crypto';
import { type NodeSnapshot, RtcRuntime } from 'scoped-rtc';
import { withTestScope } from 'scoped-rtc/testing';
import { expect, test } from 'vitest';
import { acceptConnections, openConnections } from '../../examples/send-file/more-connections.js';
import { generatedSource } from '../../examples/support/byte-source.js';
import { receiveBytes, sendBytes } from '../../examples/support/file-transfer.js';
import { connectedPair } from '../support/connected-pair.js';

const BYTES = 12 * 1024 ** 2;

test('a transfer over three connections arrives in order, a third of it over each', async () => {
  await withTestScope(async (scope) => {
    const { alice, bob, near, far } = await connectedPair(scope);
    const hash = createHash('sha256');
    const sink = { write: (chunk: Buffer) => void hash.update(chunk) };
    const [sent, received] = await Promise.all([
      sendBytes(near, generatedSource(BYTES), undefined, { count: 2, open: openConnections(scope, alice) }),
      receiveBytes(far, () => sink, undefined, acceptConnections(scope, bob)),
    ]);
    expect(received).toEqual(sent);
    expect({ bytes: received.bytes, sha256: hash.digest('hex') }).toEqual({
      bytes: BYTES,
      sha256: sent.sha256,
    });
    const shares = receivedBy(RtcRuntime.shared.snapshot().scopes);
    expect(shares).toHaveLength(3);
    for (const share of shares) expect(Math.abs(share - BYTES / 3)).toBeLessThan(128 * 1024);
  });
});

/** The bytes of each channel that more than signaling came on. A connection counts them, too. */
function receivedBy(nodes: readonly NodeSnapshot[]): number[] {
  return nodes.flatMap(({ bytesReceived = 0, kind, children }) =>
    kind === 'DataChannel' && bytesReceived > BYTES / 10 ? [bytesReceived] : receivedBy(children),
  );
}

test('a receiver that accepts no more connections says so', async () => {
  await withTestScope(async (scope) => {
    const { alice, near, far } = await connectedPair(scope);
    const more = { count: 1, open: openConnections(scope, alice) };
    const sending = sendBytes(near, generatedSource(BYTES), undefined, more);
    sending.catch(() => {}); // ends with the scope
    await expect(receiveBytes(far, () => ({ write() {} }))).rejects.toThrow(
      'the sender wants 1 more connections; 0 are accepted',
    );
  });
});
