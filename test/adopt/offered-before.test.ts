import { memorySignaling, RtcRuntime, type RtcScope, type Signaling } from 'scoped-rtc';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { take, until, within } from '../support/event.js';
import { nothingLeft } from '../support/nothing-left.js';
import { commonJs } from './raw-pair.js';

let scope: RtcScope;
beforeEach(() => {
  scope = RtcRuntime.acquire('adopting');
});
afterEach(async () => {
  await scope.disposeAsync();
  await nothingLeft();
});

/** A connection of other code that has made an offer for its channel. */
function offering() {
  const native = new commonJs.PeerConnection('raw', { iceServers: [] });
  const offered = new Promise<void>((resolve) => native.onLocalDescription(() => resolve()));
  return { native, channel: native.createDataChannel('chat'), offered };
}

/** What goes to the peer, in a word each. */
function recorded(signaling: Signaling): Signaling & { readonly sent: string[] } {
  const sent: string[] = [];
  return {
    sent,
    send(message) {
      sent.push(
        'description' in message ? message.description.type : message.candidate ? 'candidate' : 'end',
      );
      return signaling.send(message);
    },
    subscribe: (onMessage, onClosed) => signaling.subscribe(onMessage, onClosed),
    close: () => signaling.close(),
  };
}

it.each([
  ['after its event went to other code', true],
  ['in the turn in which it was made', false],
])(
  'an offer of a connection that is adopted %s reaches the peer once, with its candidates',
  async (_, later) => {
    const raw = offering();
    if (later) await within(raw.offered, 'the offer');
    const adopted = scope.adoptNative(raw.native);
    const near = scope.adoptNative(raw.channel, { connection: adopted });
    const peer = scope.createPeerConnection('peer');
    const [left, right] = memorySignaling();
    const signaling = recorded(left);
    const incoming = peer.nextDataChannel();
    await Promise.all([adopted.negotiate(signaling, { timeout: 10_000 }), peer.negotiate(right)]);
    const received = take(await within(incoming, 'the channel'), 1);
    await near.send('hello');
    expect(await received).toEqual(['hello']);
    await until(() => signaling.sent.includes('end'), 'the end of the candidates');
    expect(signaling.sent.filter((type) => type === 'offer')).toEqual(['offer']);
  },
);
