import { type MemorySignaling, memorySignaling, RtcRuntime, type SignalingMessage } from 'scoped-rtc';
import { createFakeBinding } from 'scoped-rtc/testing';
import { describe, expect, it } from 'vitest';
import { until, within } from '../support/event.js';
import { altered, channelOf, expectConversation } from './conversation.js';
import { negotiationRig } from './negotiation-rig.js';

const rig = negotiationRig();
const config = { bindAddress: '127.0.0.1' };

describe('negotiate', () => {
  it('connects two peers and resolves with the connection', async () => {
    const [alice, bob] = rig.peers();
    const [left, right] = memorySignaling();
    const near = alice.createDataChannel('chat');
    const far = channelOf(bob);
    expect(await Promise.all([alice.negotiate(left), bob.negotiate(right)])).toEqual([alice, bob]);
    expect(alice.connectionState).toBe('connected');
    await expectConversation(near, await far);
    expect(rig.warnings).toEqual([]);
  });

  it('emits no candidate of an offer before its answer is there, and all of them then', async () => {
    const [alice, bob] = rig.peers();
    const [left, right] = memorySignaling();
    const events: string[] = [];
    const sent = altered(left, (message) => {
      events.push('candidate' in message ? 'candidate' : message.description.type);
      return message;
    });
    const received = altered(right, (message) => {
      if ('description' in message) events.push(message.description.type);
      return message;
    });
    alice.createDataChannel('chat');
    await Promise.all([alice.negotiate(sent), bob.negotiate(received)]);
    await until(() => alice.gatheringState === 'complete' && events.includes('candidate'), 'the candidates');
    expect(events.slice(0, 2)).toEqual(['offer', 'answer']);
    expect(new Set(events.slice(2))).toEqual(new Set(['candidate']));
  });

  it('sends the offer that another listener was given before', async () => {
    const [alice, bob] = rig.peers();
    const [left, right] = memorySignaling();
    const seen: string[] = [];
    alice.on('localDescription', ({ type }) => seen.push(type));
    const near = alice.createDataChannel('chat');
    const far = channelOf(bob);
    await until(() => seen.length > 0, 'the offer');
    await Promise.all([alice.negotiate(left, { timeout: 5000 }), bob.negotiate(right)]);
    await expectConversation(near, await far);
    expect(seen).toEqual(['offer']);
    expect(rig.warnings).toEqual([]);
  });

  it('settles crossing offers in 30 of 30 runs, with the channels of both sides open', async () => {
    for (let run = 0; run < 30; run++) {
      await using scope = rig.rtc.fork(`run-${run}`);
      const alice = scope.createPeerConnection('alice', config);
      const bob = scope.createPeerConnection('bob', config);
      const [left, right] = memorySignaling();
      const offers: string[] = [];
      const watch = (end: MemorySignaling) =>
        altered(end, (message) => {
          if ('description' in message) offers.push(message.description.type);
          return message;
        });
      const channels = [alice.createDataChannel('from-alice'), bob.createDataChannel('from-bob')];
      const incoming = [channelOf(bob), channelOf(alice)];
      await Promise.all([alice.negotiate(watch(left)), bob.negotiate(watch(right))]);
      await within(Promise.all(channels.map((channel) => channel.opened())), 'opening');
      const [atBob, atAlice] = await Promise.all(incoming);
      expect([atBob?.label, atAlice?.label]).toEqual(['from-alice', 'from-bob']);
      expect(offers.sort()).toEqual(['answer', 'offer', 'offer']);
    }
    expect(rig.warnings).toEqual([]);
  }, 90_000);

  it.each([
    [true, false],
    [false, true],
  ])('lets the polite side give way when roles are given (%s, %s)', async (first, second) => {
    const [alice, bob] = rig.peers();
    const [left, right] = memorySignaling();
    alice.createDataChannel('a');
    bob.createDataChannel('b');
    await Promise.all([alice.negotiate(left, { polite: first }), bob.negotiate(right, { polite: second })]);
    expect(alice.localDescription()?.type).toBe(first ? 'answer' : 'offer');
    expect(bob.localDescription()?.type).toBe(second ? 'answer' : 'offer');
  });

  it('emits the candidates of an offer that it rolled back after its answer, with the mid of that', async () => {
    const [alice, bob] = rig.peers();
    const [left, right] = memorySignaling();
    const reported: string[] = [];
    const watched = altered(left, (message) => {
      if ('description' in message) reported.push(message.description.type);
      else reported.push(message.candidate === null ? 'end' : `candidate of ${message.candidate.sdpMid}`);
      return message;
    });
    const otherMid = altered(right, (message) => {
      if (!('description' in message) || message.description.type !== 'offer') return message;
      const sdp = message.description.sdp.replace('BUNDLE 0', 'BUNDLE one').replace('a=mid:0', 'a=mid:one');
      return { description: { type: 'offer' as const, sdp } };
    });
    alice.createDataChannel('a');
    bob.createDataChannel('b');
    const negotiating = alice.negotiate(watched, { polite: true }).catch(() => {});
    void bob.negotiate(otherMid, { polite: false }).catch(() => {});
    await until(() => reported.includes('end'), 'the end of candidates');
    expect(reported).toEqual(['offer', 'answer', 'candidate of one', 'end']);
    await alice.abort();
    await negotiating;
  });

  it('sends the end of candidates after the last one, however late the library reports it', async () => {
    const native = createFakeBinding();
    const { PeerConnection } = native;
    native.PeerConnection = class extends PeerConnection {
      override onLocalCandidate(callback: (candidate: string, mid: string) => void) {
        super.onLocalCandidate((candidate, mid) => setTimeout(callback, 100, candidate, mid));
      }
    };
    await using scope = new RtcRuntime({ native }).scope('late');
    const [left, right] = memorySignaling();
    const said: string[] = [];
    const watched = altered(left, (message) => {
      if ('candidate' in message) said.push(message.candidate ? 'candidate' : 'end');
      return message;
    });
    const alice = scope.createPeerConnection('alice');
    alice.createDataChannel('a');
    await Promise.all([alice.negotiate(watched), scope.createPeerConnection('bob').negotiate(right)]);
    await until(() => said.includes('end'), 'the end of candidates');
    expect(said).toEqual(['candidate', 'end']);
  });

  it('survives channels that either side makes later', async () => {
    const [alice, bob] = rig.peers();
    const [left, right] = memorySignaling();
    alice.createDataChannel('first');
    const first = channelOf(bob);
    await Promise.all([alice.negotiate(left), bob.negotiate(right)]);
    await first;
    for (const [from, to] of [
      [alice, bob],
      [bob, alice],
    ] as const) {
      const far = channelOf(to);
      await expectConversation(from.createDataChannel('later'), await far);
    }
    expect(rig.warnings).toEqual([]);
  });

  it('answers an offer that comes after the connection is up', async () => {
    const [alice, bob] = rig.peers();
    const [left, right] = memorySignaling();
    const near = alice.createDataChannel('chat');
    const far = channelOf(bob);
    await Promise.all([alice.negotiate(left), bob.negotiate(right)]);
    const states: string[] = [];
    alice.on('signalingStateChange', (state) => states.push(state));
    alice.setLocalDescription('offer');
    await until(() => states.includes('have-local-offer') && states.at(-1) === 'stable', 'the new answer');
    await expectConversation(near, await far);
  });

  it('offers for a connection without automatic negotiation', async () => {
    const manual = { ...config, disableAutoNegotiation: true };
    const alice = rig.rtc.createPeerConnection('alice', manual);
    const bob = rig.rtc.createPeerConnection('bob', manual);
    const [left, right] = memorySignaling();
    const near = alice.createDataChannel('chat');
    const far = channelOf(bob);
    await Promise.all([alice.negotiate(left), bob.negotiate(right)]);
    await expectConversation(near, await far);
  });

  it('keeps candidates that come before their description', async () => {
    const [alice, bob] = rig.peers();
    const [left, right] = memorySignaling();
    const descriptionsLast = (end: MemorySignaling) => {
      const kept: SignalingMessage[] = [];
      return altered(end, (message) => {
        if ('candidate' in message) {
          if (kept.length > 0) {
            end.send(message);
            if (message.candidate !== null) for (const late of kept.splice(0)) end.send(late);
            return undefined;
          }
          return message;
        }
        if (message.description.type !== 'answer') return message;
        kept.push(message);
        return undefined;
      });
    };
    const near = alice.createDataChannel('chat');
    const far = channelOf(bob);
    await Promise.all([alice.negotiate(left), bob.negotiate(descriptionsLast(right))]);
    await expectConversation(near, await far);
    expect(rig.warnings).toEqual([]);
  });

  it('says on the wire what browsers take and give', async () => {
    const [alice, bob] = rig.peers();
    const [left, right] = memorySignaling();
    const wire: string[] = [];
    const record = (end: MemorySignaling) =>
      altered(end, (message) => {
        wire.push(JSON.stringify(message));
        return message;
      });
    alice.createDataChannel('chat');
    await Promise.all([alice.negotiate(record(left)), bob.negotiate(record(right))]);
    await until(
      () => wire.filter((text) => text === '{"candidate":null}').length === 2,
      'the ends of candidates',
    );
    const messages = wire.map((text) => JSON.parse(text));
    const descriptions = messages.filter((message) => 'description' in message);
    expect(descriptions.map((message) => message.description.type)).toEqual(['offer', 'answer']);
    for (const { description } of descriptions) {
      expect(Object.keys(description).sort()).toEqual(['sdp', 'type']);
      expect(description.sdp).toMatch(/^v=0\r\n/);
    }
    expect(descriptions[0].description.sdp).toContain('a=setup:actpass');
    const candidates = messages.filter((message) => message.candidate);
    expect(candidates.length).toBeGreaterThan(0);
    for (const { candidate } of candidates) {
      expect(candidate).toEqual({
        candidate: expect.stringMatching(/^candidate:\S+ 1 UDP \d+ \S+ \d+ typ host/),
        sdpMid: '0',
      });
    }
  });

  it('says that there are no more candidates after the last of them, as answerer in 10 of 10 runs', async () => {
    for (let run = 0; run < 10; run++) {
      await using scope = rig.rtc.fork(`last-${run}`);
      const alice = scope.createPeerConnection('alice', config);
      const bob = scope.createPeerConnection('bob', config);
      const [left, right] = memorySignaling();
      const said: string[] = [];
      const watched = altered(right, (message) => {
        if ('candidate' in message) said.push(message.candidate ? 'candidate' : 'end');
        return message;
      });
      alice.createDataChannel('chat');
      await Promise.all([alice.negotiate(left), bob.negotiate(watched)]);
      await until(() => said.includes('end'), 'the end of candidates');
      await new Promise((resolve) => setTimeout(resolve, 60)); // longer than any is kept
      expect(said.indexOf('end')).toBe(said.length - 1);
      expect(said.length).toBeGreaterThan(1);
    }
  });

  it('is DTLS server only for an offerer that needs it: libdatachannel, by the origin of its offer', async () => {
    for (const [origin, role] of [
      ['rtc', 'passive'],
      ['-', 'active'],
    ]) {
      await using scope = rig.rtc.fork(`role-${role}`);
      const alice = scope.createPeerConnection('alice', config);
      const bob = scope.createPeerConnection('bob', config);
      const [left, right] = memorySignaling();
      const asOther = altered(left, (message) =>
        'description' in message
          ? {
              description: {
                ...message.description,
                sdp: message.description.sdp.replace('o=rtc', `o=${origin}`),
              },
            }
          : message,
      );
      const near = alice.createDataChannel('chat');
      const far = channelOf(bob);
      await Promise.all([alice.negotiate(asOther), bob.negotiate(right)]);
      expect(bob.localDescription()?.sdp).toContain(`a=setup:${role}`);
      await expectConversation(near, await far);
    }
  });

  it('understands the candidates of browsers', async () => {
    const [alice, bob] = rig.peers();
    const [left, right] = memorySignaling();
    const asChrome = (end: MemorySignaling) => {
      let ufrag = '';
      return altered(end, (message) => {
        if ('description' in message) ufrag = /a=ice-ufrag:(\S+)/.exec(message.description.sdp)?.[1] ?? '';
        if (!('candidate' in message)) return message;
        const candidate =
          message.candidate && `${message.candidate.candidate} generation 0 ufrag ${ufrag} network-id 1`;
        if (candidate === null) return { candidate: { candidate: '', sdpMid: '0', sdpMLineIndex: 0 } };
        // One of another offer, which must not count.
        end.send({ candidate: { candidate: candidate.replace(ufrag, 'stale'), sdpMid: '0' } });
        return { candidate: { candidate, sdpMid: null, sdpMLineIndex: 0, usernameFragment: ufrag } };
      });
    };
    const near = alice.createDataChannel('chat');
    const far = channelOf(bob);
    await Promise.all([alice.negotiate(asChrome(left)), bob.negotiate(asChrome(right))]);
    await expectConversation(near, await far);
    expect(rig.warnings).toEqual([]);
  });
});
