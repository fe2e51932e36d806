import { outOfRange, arrayOf, nonEmptyString, readOptions, string } from '../arguments/argument.js';
import type { DataChannelInit } from '../native/validate/data-channel-init.js';
import type { ChannelOptions } from '../resources/channel/channel-options.js';
import type { DataChannel } from '../resources/data-channel/data-channel.js';
import type { PeerConnection } from '../resources/connection/peer-connection.js';
import type { PeerConnectionConfig, RtcScope } from '../runtime/rtc-scope.js';
import { checkTimeout } from '../time/deadline.js';
import { memorySignaling } from '../signaling/memory-signaling.js';
import { scopeArgument } from './kit-arguments.js';

export interface LoopbackPairOptions {
  /** Settings of both connections. */
  readonly config?: PeerConnectionConfig | undefined;
  /** Label of the channel. Default `chat`. */
  readonly label?: string | undefined;
  /** Settings of the channel at the side that creates it; of both where it is `negotiated`. */
  readonly channel?: (DataChannelInit & ChannelOptions) | undefined;
  /** Names of the two connections in the tree. Default `['alice', 'bob']`. */
  readonly names?: readonly [string, string] | undefined;
  /** Milliseconds until it rejects with `RTC_TIMEOUT`. Default 15 000. */
  readonly timeout?: number | undefined;
}

/** Two peers of one process with an open channel between them. */
export interface LoopbackPair {
  /** The side that offers. */
  readonly alice: PeerConnection;
  readonly bob: PeerConnection;
  /** Alice's end of the channel; she has created it. */
  readonly near: DataChannel;
  /** Bob's end of the same channel. */
  readonly far: DataChannel;
}

/**
 * Two connections of `scope` that are connected with each other, and a channel that is open on both sides. They
 * use the binding of the scope's runtime: the real library over loopback, or a fake one.
 *
 * Everything belongs to `scope`. When it rejects, nothing of it is left.
 */
export async function loopbackPair(
  scope: RtcScope,
  options: LoopbackPairOptions = {},
): Promise<LoopbackPair> {
  const {
    config,
    label = 'chat',
    channel,
    names: [first, second] = ['alice', 'bob'],
    timeout = PATIENCE_MS,
  } = checkPairOptions(options);
  const alice = scopeArgument(scope, 'scope').createPeerConnection(first, config);
  let bob: PeerConnection | undefined;
  try {
    bob = scope.createPeerConnection(second, config);
    const near = alice.createDataChannel(label, channel);
    const arriving = channel?.negotiated
      ? Promise.resolve(bob.createDataChannel(label, channel))
      : incomingChannel(bob, label);
    const [one, other] = memorySignaling();
    const [far] = await Promise.all([
      arriving,
      near.opened({ timeout }),
      alice.negotiate(one, { timeout }),
      bob.negotiate(other, { timeout }),
    ]);
    await far.opened({ timeout });
    return { alice, bob, near, far };
  } catch (error) {
    await Promise.all([alice.close({ timeout: 0 }), bob?.close({ timeout: 0 })]);
    throw error;
  }
}

function incomingChannel(to: PeerConnection, label: string): Promise<DataChannel> {
  const arriving = new Promise<DataChannel>((resolve, reject) => {
    const channels = to.subscribe('dataChannel', (channel) => {
      if (channel.label !== label) return;
      channels.unsubscribe();
      resolve(channel);
    });
    to.once('close', () => reject(new Error(`${to.path} closed before the channel "${label}" came`)));
  });
  arriving.catch(() => {}); // whoever waits for all of the pair has another error then
  return arriving;
}

/** The settings of the connections and of the channel are for their factories to check. */
function checkPairOptions(options: unknown): Partial<LoopbackPairOptions> {
  return readOptions<LoopbackPairOptions>(options, 'options', {
    config: (value) => value as PeerConnectionConfig,
    label: string,
    channel: (value) => value as DataChannelInit & ChannelOptions,
    names: (value, name) => {
      const names = arrayOf(nonEmptyString)(value, name);
      if (names.length !== 2) throw outOfRange(name, 'two names', value);
      return names as [string, string];
    },
    timeout: checkTimeout,
  });
}

/** A loaded machine needs seconds where an idle one needs milliseconds. */
const PATIENCE_MS = 15_000;
