import { type PeerConnection, RtcRuntime, type RtcScope, type RtcWarning } from 'scoped-rtc';
import { afterEach, beforeEach, expect } from 'vitest';

/** A scope for each test of a file, and what was warned of in it. */
export class NegotiationRig {
  rtc!: RtcScope;
  warnings: RtcWarning[] = [];

  peers(): [PeerConnection, PeerConnection] {
    const config = { bindAddress: '127.0.0.1' };
    const alice = this.rtc.createPeerConnection('alice', config);
    const bob = this.rtc.createPeerConnection('bob', config);
    for (const peer of [alice, bob]) peer.on('error', () => {});
    return [alice, bob];
  }
}

export function negotiationRig(): NegotiationRig {
  const rig = new NegotiationRig();
  let listening: Disposable;
  beforeEach(() => {
    rig.rtc = RtcRuntime.acquire('test');
    rig.warnings = [];
    listening = RtcRuntime.shared.subscribe('warning', (warning) => rig.warnings.push(warning));
  });
  afterEach(async () => {
    await rig.rtc.disposeAsync();
    listening[Symbol.dispose]();
    expect(RtcRuntime.shared.state).toBe('idle');
  });
  return rig;
}
