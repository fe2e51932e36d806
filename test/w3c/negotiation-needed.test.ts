import { expect, it } from 'vitest';
import { splitSections } from '../../src/resources/sdp.js';
import { nextTurn } from '../../src/time/clock.js';
import { exchange, once, other, Pair } from './pair.js';

it.each(['inactive', 'sendonly'] as const)(
  'a direction that is %s at one end is negotiated with one offer, and with one when the other end does the same',
  async (direction) => {
    await using pair = new Pair();
    const { near, far } = pair;
    const sections = [near.addTransceiver('audio'), near.addTransceiver('video')] as const;
    await exchange(near, far);
    for (const transceiver of far.getTransceivers()) transceiver.direction = 'sendrecv';
    await once(far, 'negotiationneeded');
    await exchange(far, near);
    const needed: string[] = [];
    near.addEventListener('negotiationneeded', () => needed.push('near'));
    far.addEventListener('negotiationneeded', () => needed.push('far'));
    sections[0].direction = direction;
    await once(near, 'negotiationneeded');
    await exchange(near, far);
    await nextTurn();
    other(far, sections[direction === 'inactive' ? 1 : 0]).direction = direction;
    await nextTurn(); // the event comes in the turn after the change
    await exchange(far, near);
    await nextTurn();
    expect(needed).toEqual(['near', 'far']);
    expect(sections[0].currentDirection).toBe('inactive');
    // The streams are named, so that they need no offer when the peer receives again, and no SSRC is.
    const held = splitSections(near.localDescription!.sdp)[1];
    expect(held).toMatch(direction === 'sendonly' ? /^a=msid:/m : /^a=mid:/m);
    expect(held).not.toMatch(/^a=ssrc:/m);
  },
);

it('a change that was taken back, and made again, asks for a negotiation again', async () => {
  await using pair = new Pair();
  const { near, far } = pair;
  const transceiver = near.addTransceiver('audio');
  await exchange(near, far);
  const needed: string[] = [];
  near.onnegotiationneeded = () => needed.push(transceiver.direction);
  for (const direction of ['recvonly', 'sendrecv', 'inactive', 'recvonly'] as const) {
    transceiver.direction = direction;
    await nextTurn(); // the event comes in the turn after the change
    await nextTurn();
  }
  expect(needed).toEqual(['recvonly', 'inactive']);
});
