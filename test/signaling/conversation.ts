import type { DataChannel, MemorySignaling, PeerConnection, Signaling, SignalingMessage } from 'scoped-rtc';
import { expect } from 'vitest';
import { nextEvent, take, within } from '../support/event.js';

/** The same end, with every message that it sends going through `change` first; `undefined` keeps it back. */
export function altered(
  end: MemorySignaling,
  change: (message: SignalingMessage) => SignalingMessage | undefined,
): Signaling {
  return {
    send: (message) => {
      const changed = change(message);
      if (changed) end.send(changed);
    },
    subscribe: (onMessage, onClosed) => end.subscribe(onMessage, onClosed),
    close: () => end.close(),
  };
}

export async function expectConversation(near: DataChannel, far: DataChannel): Promise<void> {
  await within(Promise.all([near.opened(), far.opened()]), 'opening');
  await near.send('there');
  await far.send('back');
  expect(await take(far, 1)).toEqual(['there']);
  expect(await take(near, 1)).toEqual(['back']);
}

/** The next channel that the other side opens. */
export const channelOf = async (peer: PeerConnection) =>
  (await nextEvent<[DataChannel]>(peer, 'dataChannel'))[0];
