import { describe, expect, it } from 'vitest';
import { rtpOf } from '../../src/compat/w3c/index.js';
import type { RtpTransceiver, TrackEvent } from '../../src/compat/w3c/w3c-types.js';
import { splitSections } from '../../src/resources/sdp.js';
import { countPackets, sendUntil } from '../media/packets.js';
import { until } from '../support/event.js';
import { nothingLeft } from '../support/nothing-left.js';
import { exchange, once, other, Pair } from './pair.js';

const named = (name: string) => expect.objectContaining({ name });

function trickle({ near, far }: Pair): void {
  for (const [from, to] of [
    [near, far],
    [far, near],
  ] as const) {
    from.onicecandidate = ({ candidate }) => {
      if (to.signalingState !== 'closed') void to.addIceCandidate(candidate);
    };
  }
}

/** Sends RTP from one end until the track at the other is unmuted by it. */
async function flows(from: RtpTransceiver, to: RtpTransceiver): Promise<void> {
  const { mediaTrack, ssrc } = rtpOf(from)!;
  const seen = countPackets(rtpOf(to)!.mediaTrack, ssrc);
  await mediaTrack.opened();
  await sendUntil(mediaTrack, ssrc, () => seen.count >= 5);
  expect(to.receiver.track.muted).toBe(false);
}

describe('a transceiver', () => {
  it('that receives gets the event track with the answer, and packets by rtpOf()', async () => {
    await using pair = new Pair();
    const { near, far } = pair;
    trickle(pair);
    const viewer = near.addTransceiver('video', { direction: 'recvonly' });
    expect(viewer).toMatchObject({ mid: null, direction: 'recvonly', currentDirection: null });
    expect(rtpOf(viewer)).toBeNull();
    const events: TrackEvent[] = [];
    near.ontrack = (event) => events.push(event);
    far.ontrack = () => expect.unreachable('near sends nothing');
    await near.setLocalDescription();
    await far.setRemoteDescription(near.localDescription!);
    const [camera] = far.getTransceivers() as [RtpTransceiver];
    expect(camera).toMatchObject({ mid: viewer.mid, direction: 'recvonly' });
    camera.direction = 'sendonly';
    camera.sender.setStreams(new pair.w3c.MediaStream());
    await far.setLocalDescription();
    await near.setRemoteDescription(far.localDescription!);
    expect([viewer.currentDirection, camera.currentDirection]).toEqual(['recvonly', 'sendonly']);
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      transceiver: viewer,
      receiver: viewer.receiver,
      track: viewer.receiver.track,
    });
    expect(events[0]!.streams[0]!.getTracks()).toEqual([viewer.receiver.track]);
    expect(viewer.receiver.track.muted).toBe(true);
    await flows(camera, viewer);
    expect(viewer.receiver.transport).toMatchObject({ state: 'connected' });
  });

  it('that sends is a receiving one of the peer, in the stream that it names; the direction may change', async () => {
    await using pair = new Pair();
    const { near, far, w3c } = pair;
    trickle(pair);
    const stream = new w3c.MediaStream();
    const arrived = once<TrackEvent>(far, 'track');
    const publisher = near.addTransceiver('video', { direction: 'sendonly', streams: [stream as never] });
    await once(near, 'negotiationneeded');
    await exchange(near, far);
    const { transceiver: viewer, streams } = await arrived;
    expect(streams.map(({ id }) => id)).toEqual([stream.id]);
    expect(viewer).toMatchObject({ direction: 'recvonly', currentDirection: 'recvonly' });
    expect(publisher.sender.getParameters().codecs.map(({ mimeType }) => mimeType)).toEqual([
      'video/VP8',
      'video/H264',
    ]);
    await flows(publisher, viewer);

    publisher.direction = 'inactive';
    await once(near, 'negotiationneeded');
    await exchange(near, far);
    expect(viewer.currentDirection).toBe('inactive');
    expect(viewer.receiver.track.muted).toBe(true);
    const again = once<TrackEvent>(far, 'track');
    publisher.direction = 'sendonly';
    await exchange(near, far);
    expect((await again).transceiver).toBe(viewer);
    await flows(publisher, viewer);
  });

  it('is stopped by either side, and gone from both with the negotiation', async () => {
    await using pair = new Pair();
    const { near, far } = pair;
    trickle(pair);
    const ours = near.addTransceiver('audio');
    near.addTransceiver('video');
    await exchange(near, far);
    const [theirs] = far.getTransceivers() as [RtpTransceiver];
    const ended = Promise.all([once(ours.receiver.track, 'ended'), once(theirs.receiver.track, 'ended')]);
    ours.stop();
    expect(ours).toMatchObject({ direction: 'stopped', currentDirection: 'sendonly' });
    await once(near, 'negotiationneeded');
    await exchange(near, far);
    expect(ours).toMatchObject({ mid: null, currentDirection: 'stopped' });
    expect([near.getTransceivers().length, far.getTransceivers().length]).toEqual([1, 1]);
    await ended;
    const [last] = far.getTransceivers() as [RtpTransceiver];
    last.stop();
    await exchange(far, near); // a description in which nothing is left
    expect([near.getTransceivers().length, far.getTransceivers().length]).toEqual([0, 0]);
  });

  it('of each kind, and data channels, share a connection; packets come to the transceiver that they are for', async () => {
    await using pair = new Pair();
    const { near, far } = pair;
    trickle(pair);
    near.createDataChannel('chat');
    const sending = [
      near.addTransceiver('audio'),
      near.addTransceiver('video'),
      near.addTransceiver('video'),
    ];
    const opened = once(far, 'datachannel');
    await exchange(near, far);
    await opened;
    const receiving = far.getTransceivers();
    expect(receiving.map(({ mid }) => mid)).toEqual(sending.map(({ mid }) => mid));
    for (const [index, from] of sending.entries()) await flows(from, receiving[index]!);
    const counted = countPackets(rtpOf(receiving[0]!)!.mediaTrack, rtpOf(sending[2]!)!.ssrc);
    await flows(sending[2]!, receiving[2]!);
    expect(counted.count).toBe(0);
    // A new one, on a connection that is up.
    const late = near.addTransceiver('audio');
    await exchange(near, far);
    await flows(late, other(far, late));
  });

  it('is negotiated by perfect negotiation where the offers cross', async () => {
    await using pair = new Pair();
    const { near, far } = pair;
    const ours = near.addTransceiver('video', { direction: 'sendonly' });
    const theirs = far.addTransceiver('video', { direction: 'sendonly' });
    pair.negotiate();
    await until(() => ours.currentDirection === 'sendonly' && theirs.currentDirection === 'sendonly', 'both');
    await flows(ours, other(far, ours));
    await flows(theirs, other(near, theirs));
  });

  it('made by addTrack() is used for a section of the peer, one made by addTransceiver() is not', async () => {
    await using pair = new Pair();
    const { near, far, w3c } = pair;
    const source = new w3c.RTCPeerConnection();
    const { track } = source.addTransceiver('audio').receiver;
    far.addTransceiver('audio');
    const sender = far.addTrack(track, new w3c.MediaStream() as never);
    expect(() => far.addTrack(track)).toThrow(named('InvalidAccessError'));
    near.addTransceiver('audio');
    await near.setLocalDescription();
    await far.setRemoteDescription(near.localDescription!);
    const used = far.getTransceivers().filter(({ mid }) => mid !== null);
    expect(used.map((each) => each.sender)).toEqual([sender]);
    far.removeTrack(sender);
    expect(sender.track).toBeNull();
    expect(used[0]!.direction).toBe('recvonly');
  });

  it('of an offer that is rolled back is gone, and comes again with it', async () => {
    await using pair = new Pair();
    const { near, far } = pair;
    const ours = near.addTransceiver('video');
    const offer = await near.createOffer();
    await near.setLocalDescription(offer);
    await far.setRemoteDescription(offer);
    const [first] = far.getTransceivers() as [RtpTransceiver];
    await far.setRemoteDescription({ type: 'rollback' });
    expect(far.getTransceivers()).toEqual([]);
    expect(first).toMatchObject({ mid: null, currentDirection: 'stopped' });
    await near.setLocalDescription({ type: 'rollback' });
    expect(ours.mid).toBeNull();
    trickle(pair);
    await exchange(near, far);
    expect(far.getTransceivers().map(({ mid }) => mid)).toEqual([ours.mid]);
    await flows(ours, far.getTransceivers()[0]!);
  });
});

it('the first data channel cannot be offered to a connection that is up, which goes on', async () => {
  await using pair = new Pair();
  const { near, far } = pair;
  trickle(pair);
  const ours = near.addTransceiver('video', { direction: 'sendonly' });
  await exchange(near, far);
  await flows(ours, far.getTransceivers()[0]!);
  near.createDataChannel('late');
  await expect(exchange(near, far)).rejects.toThrow(/create a channel before/);
  expect([near.signalingState, far.signalingState]).toEqual(['have-local-offer', 'stable']);
  await flows(ours, far.getTransceivers()[0]!);
});

it('after an offer of the peer that is rolled back, this side may offer where it was connected before', async () => {
  await using pair = new Pair();
  const { near, far } = pair;
  trickle(pair);
  near.createDataChannel('chat');
  near.addTransceiver('video', { direction: 'sendonly' });
  await near.setLocalDescription();
  await far.setRemoteDescription(near.localDescription!);
  await far.setRemoteDescription({ type: 'rollback' });
  await expect(far.createOffer()).rejects.toThrow(named('OperationError'));
  await far.setRemoteDescription(near.localDescription!);
  await far.setLocalDescription();
  await near.setRemoteDescription(far.localDescription!);

  const second = near.addTransceiver('video', { direction: 'sendonly' });
  await near.setLocalDescription();
  await far.setRemoteDescription(near.localDescription!);
  await far.setRemoteDescription({ type: 'rollback' });
  await near.setLocalDescription({ type: 'rollback' });
  const theirs = far.addTransceiver('audio', { direction: 'sendonly' });
  await exchange(far, near);
  const given = splitSections(far.localDescription!.sdp).find((text) => text.includes(`a=mid:${second.mid}`));
  expect(given).toContain('a=inactive');
  await flows(theirs, other(near, theirs));
  await exchange(near, far);
  expect(second.currentDirection).toBe('sendonly');
  await flows(second, other(far, second));
});

it('a section with no codec that can be described is refused, and the others are taken', async () => {
  await using pair = new Pair();
  const { near, far } = pair;
  trickle(pair);
  const audio = near.addTransceiver('audio', { direction: 'sendonly' });
  near.addTransceiver('video');
  await near.setLocalDescription();
  const { type, sdp } = near.localDescription!;
  await far.setRemoteDescription({ type, sdp: sdp.replaceAll(/(VP8|H264)\/90000/g, 'X-OTHER/90000') });
  expect(far.getTransceivers().map(({ receiver }) => receiver.track.kind)).toEqual(['audio']);
  await far.setLocalDescription();
  expect(far.localDescription?.sdp).toMatch(/^m=video 0 /m);
  await near.setRemoteDescription(far.localDescription!);
  expect(near.getTransceivers()).toEqual([audio]);
  await flows(audio, far.getTransceivers()[0]!);
});

it('codecs are offered as setCodecPreferences() says', async () => {
  await using pair = new Pair();
  const { near, w3c } = pair;
  const transceiver = near.addTransceiver('video');
  const { codecs } = w3c.RTCRtpReceiver.getCapabilities('video')!;
  transceiver.setCodecPreferences(codecs.toReversed() as never);
  const { sdp } = await near.createOffer();
  expect(sdp.match(/^a=rtpmap:\d+ \w+/gm)).toEqual(['a=rtpmap:96 H264', 'a=rtpmap:97 VP8']);
  expect(() => transceiver.setCodecPreferences(codecs as never)).toThrow(named('NotSupportedError'));
});

it('what is wrong, and what is not carried, throws', async () => {
  await using pair = new Pair();
  const { near } = pair;
  expect(() => near.addTransceiver('text')).toThrow(TypeError);
  expect(() => near.addTransceiver('audio', { direction: 'sideways' as never })).toThrow(TypeError);
  expect(() => near.addTransceiver('audio', { streams: [{}] as never })).toThrow(TypeError);
  const sendEncodings = [{ rid: 'a' }, { rid: 'b' }];
  expect(() => near.addTransceiver('video', { sendEncodings })).toThrow(named('NotSupportedError'));
  const transceiver = near.addTransceiver('video');
  expect(() => (transceiver.receiver.track as never as { clone(): void }).clone()).toThrow(
    named('NotSupportedError'),
  );
  const sender = transceiver.sender as typeof transceiver.sender & { setParameters(): Promise<void> };
  await expect(sender.setParameters()).rejects.toThrow(named('NotSupportedError'));
  expect(() => rtpOf({})).toThrow(TypeError);
  near.close();
  expect(transceiver.receiver.track.readyState).toBe('ended');
  expect(() => near.addTransceiver('audio')).toThrow(named('InvalidStateError'));
  expect(() => transceiver.stop()).toThrow(named('InvalidStateError'));
});

it('a description without media is what it was, and leaves no transceiver', async () => {
  await using pair = new Pair();
  await pair.channel();
  for (const { localDescription } of [pair.near, pair.far]) {
    expect(localDescription?.sdp.match(/^m=\S+/gm)).toEqual(['m=application']);
  }
  expect(pair.far.getTransceivers()).toEqual([]);
});

it('nothing is left of connections with media', async () => {
  {
    await using pair = new Pair();
    pair.near.addTransceiver('video');
    await exchange(pair.near, pair.far);
  }
  await nothingLeft();
});
