import { memorySignaling, RtcRuntime } from 'scoped-rtc';
import { createFakeBinding, type FakeBinding } from 'scoped-rtc/testing';
import { expect, it } from 'vitest';
import { nextEvent } from '../support/event.js';

type FakeConnection = InstanceType<FakeBinding['PeerConnection']>;

/** Milliseconds after the first look at which a thread of the library that gets no processor has opened what was there before. */
const STARVED_MS = 200;

type Shown = 'up' | 'up unsaid' | 'handshakes' | 'checking';

/** What a look at the connection shows while the transport comes up: by its number, and by the milliseconds since the first. */
const LOOKS: Readonly<Record<string, (look: number, ms: number) => Shown>> = {
  'as soon as the connection is up': () => 'up',
  'when SCTP is up and the connection does not say so yet': () => 'up unsaid',
  'while the transport comes up': (look) => (look === 1 ? 'checking' : 'up'),
  'while the handshakes go on': (_look, ms) => (ms < 2 ? 'handshakes' : 'up'),
};

for (const [when, shows] of Object.entries(LOOKS)) {
  it(`a channel that is made ${when} waits for a starved thread of the library (H51)`, async () => {
    const native = createFakeBinding();
    const { PeerConnection } = native;
    const areOpen: boolean[] = [];
    let isMaking = false;
    let looks = 0;
    let begunAt = 0;
    const shown = () => (isMaking ? shows(looks, performance.now() - begunAt) : 'up');
    native.PeerConnection = class extends PeerConnection {
      #isControlOpen = () => true;

      override state() {
        if (isMaking) looks++;
        return shown() === 'up' ? super.state() : 'connecting';
      }

      override iceState() {
        return shown() === 'checking' ? 'checking' : super.iceState();
      }

      override rtt() {
        return shown() === 'handshakes' || shown() === 'checking' ? -1 : super.rtt();
      }

      override createDataChannel(...given: Parameters<FakeConnection['createDataChannel']>) {
        const channel = super.createDataChannel(...given);
        const [label, init] = given;
        if (label === 'late') areOpen.push(this.#isControlOpen());
        if (!init?.negotiated) return channel;
        const isOpen = channel.isOpen.bind(channel);
        let opensAt: number | undefined;
        channel.isOpen = this.#isControlOpen = () => {
          if (super.state() === 'connected') opensAt ??= performance.now() + STARVED_MS;
          return opensAt !== undefined && performance.now() >= opensAt && isOpen();
        };
        return channel;
      }
    };
    await using scope = new RtcRuntime({ native }).scope('app');
    const alice = scope.createPeerConnection('alice');
    const bob = scope.createPeerConnection('bob');
    const [left, right] = memorySignaling();
    bob.on('stateChange', (state) => {
      if (state !== 'connected') return;
      isMaking = true;
      begunAt = performance.now();
      bob.createDataChannel('late');
      isMaking = false;
    });
    const arrived = nextEvent(alice, 'dataChannel');
    alice.createDataChannel('first');
    await Promise.all([alice.negotiate(left), bob.negotiate(right)]);
    await arrived;
    expect(areOpen).toEqual([true]);
  });
}
