import { type DataChannel, RtcRuntime, type RtcScope } from 'scoped-rtc';
import { expect, it } from 'vitest';
import { withoutAnnouncement } from '../support/altered-signaling.js';
import { Child } from '../support/child.js';
import { wireToChild } from '../support/child-peer.js';
import { within } from '../support/event.js';
import { nothingLeft } from '../support/nothing-left.js';

/** A channel to a process that is killed when it has had the first message; `read` changes the description of the process. */
async function channelToTheDead(
  child: Child,
  scope: RtcScope,
  read?: (sdp: string) => string,
): Promise<DataChannel> {
  const alice = scope.createPeerConnection('alice');
  const receiving = new Promise<void>((resolve) =>
    child.on('message', (message: { receiving?: true }) => message.receiving && resolve()),
  );
  wireToChild(alice, child, read);
  const channel = await alice.createDataChannel('bulk').opened({ timeout: 60_000 });
  await channel.send('start');
  await within(receiving, 'the first message');
  child.kill('SIGKILL');
  await within(child.ended, 'the end of the child');
  return channel;
}

async function withChild(
  body: (child: Child) => Promise<void>,
  program = 'programs/vanishing-peer.ts',
): Promise<void> {
  const child = new Child(new URL(program, import.meta.url), [], { channel: true });
  try {
    await body(child);
    await nothingLeft();
  } finally {
    child.kill('SIGKILL');
    await child.ended;
  }
}

it('a peer that is killed in mid-transfer costs no more than the deadline, and the loss is counted', () =>
  withChild(async (child) => {
    const scope = RtcRuntime.acquire('vanished', { timeout: 1500 });
    const channel = await channelToTheDead(child, scope);
    const count = 100;
    for (let n = 0; n < count; n++) void channel.send(Buffer.alloc(60_000, n)); // none of these can arrive
    await within(scope.disposeAsync(), 'the teardown', 25_000); // the library itself notices after 40 s
    const { undelivered } = await channel.closed();
    expect(undelivered).toBeGreaterThanOrEqual(count);
    expect(undelivered).toBeLessThanOrEqual(count + 1); // the first one lies within the last unconfirmed MiB or not
  }));

it('that the connection to a killed peer without receipts ends is not taken for its answer to our close', () =>
  withChild(async (child) => {
    const scope = RtcRuntime.acquire('vanished', { timeout: 25_000 });
    const channel = await channelToTheDead(child, scope, withoutAnnouncement);
    const count = 100;
    for (let n = 0; n < count; n++) void channel.send(Buffer.alloc(100, n)); // SCTP takes them all at once
    await within(scope.disposeAsync(), 'the teardown'); // SCTP gives the peer up after 13 to 15 s
    const { unconfirmed } = await channel.closed();
    expect(unconfirmed.messages).toBeGreaterThanOrEqual(count);
    expect(unconfirmed.messages).toBeLessThanOrEqual(count + 1);
  }));

it.each([
  ['the same library', 'déjà vu', (sdp: string) => sdp],
  // It sees this end as one that it cannot ask.
  ['another library', 'plain text', (sdp: string) => withoutAnnouncement(sdp).replace('o=rtc ', 'o=- ')],
])(
  'a process that exits in a long turn of its event loop closes the connection to a peer with %s',
  (_, text, write) =>
    withChild(async (child) => {
      await using scope = RtcRuntime.acquire('exiting', { timeout: 1500 });
      const alice = scope.createPeerConnection('alice');
      wireToChild(alice, child, undefined, write);
      const channel = await alice.createDataChannel('echo').opened({ timeout: 60_000 });
      let echoed = 0;
      const all = new Promise<void>((resolve) =>
        channel.on('message', () => {
          if (++echoed === 2000) resolve();
        }),
      );
      for (let n = 0; n < 1000; n++) {
        await channel.send(text);
        await channel.send(Buffer.alloc(100, n));
      }
      await within(all, 'the echo');
      child.send({ exit: true });
      // Without it the library would need 13 s and more.
      await expect(alice.closed({ timeout: 10_000 })).resolves.toMatchObject({ by: 'remote' });
      await expect(child.ended).resolves.toMatchObject({ code: 0 });
    }, 'programs/exiting-peer.ts'),
);
