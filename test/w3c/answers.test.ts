import { expect, it } from 'vitest';
import { splitSections } from '../../src/resources/sdp.js';
import type { PeerConnection } from '../../src/compat/w3c/w3c-types.js';
import { nextTurn } from '../../src/time/clock.js';
import { once, Pair } from './pair.js';

const withoutData = (sdp: string) =>
  sdp
    .replace(/^m=application \d+/m, 'm=application 0')
    .replace(/^a=group:BUNDLE.*$/m, (line) => line.replace(new RegExp(` ${dataMid(sdp)}\\b`), ''));
const dataMid = (sdp: string) => /^m=application[^]*?^a=mid:(\S+)/m.exec(sdp)?.[1];

/** The answer of far to an offer of near, as `alter` changes it. */
async function answerOf(
  { near, far }: { near: PeerConnection; far: PeerConnection },
  alter = (sdp: string) => sdp,
) {
  await near.setLocalDescription();
  await far.setRemoteDescription(near.localDescription!);
  await far.setLocalDescription();
  const { type, sdp } = far.localDescription!;
  return { type, sdp: alter(sdp) };
}

it.each(['answer', 'pranswer'] as const)(
  'an %s that rejects the data channels ends them, and the media goes on',
  async (type) => {
    await using pair = new Pair();
    const { near } = pair;
    const audio = near.addTransceiver('audio');
    const channel = near.createDataChannel('chat');
    let needed = 0;
    await once(near, 'negotiationneeded');
    near.onnegotiationneeded = () => needed++;
    const answer = await answerOf(pair, withoutData);
    expect(near.sctp).not.toBeNull();
    const [failed, closed] = [once<Event & { error: Error }>(channel, 'error'), once(channel, 'close')];
    await near.setRemoteDescription({ ...answer, type });
    if (type === 'pranswer') await near.setRemoteDescription(answer);
    expect((await failed).error.message).toMatch(/the peer takes no data channels/);
    await closed;
    expect([channel.readyState, near.sctp, near.signalingState]).toEqual(['closed', null, 'stable']);
    await nextTurn();
    expect([needed, audio.currentDirection]).toEqual([0, 'sendonly']);
  },
);

it('an answer that is not of the offer is refused, one that leaves out the mid of a rejected section is not', async () => {
  await using pair = new Pair();
  const { near } = pair;
  near.addTransceiver('audio');
  near.addTransceiver('video');
  near.createDataChannel('chat');
  const { type, sdp } = await answerOf(pair);
  const [head = '', audio = '', video = '', data = ''] = splitSections(sdp);
  const others = [
    head + audio + video,
    head + video + data,
    head + video + audio + data,
    sdp.replace(/^a=mid:.*$/m, 'a=mid:other'),
    sdp + data.replace(/^a=mid:.*$/m, 'a=mid:more'),
  ];
  for (const other of others) {
    for (const each of [type, 'pranswer'] as const) {
      await expect(near.setRemoteDescription({ type: each, sdp: other })).rejects.toThrow(
        expect.objectContaining({ name: 'InvalidAccessError' }),
      );
    }
  }
  expect(near.signalingState).toBe('have-local-offer');
  const rejected = video.replace(/^m=video \d+/, 'm=video 0').replace(/^a=mid:.*\r\n/m, '');
  await near.setRemoteDescription({ type, sdp: head + audio + rejected + data });
  expect(near.getTransceivers().map(({ receiver }) => receiver.track.kind)).toEqual(['audio']);
});
