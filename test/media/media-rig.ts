import { RtcRuntime, type RtcScope } from 'scoped-rtc';
import { afterEach, beforeEach, expect } from 'vitest';

/** A scope for each test of a file, after which nothing is left. */
export function mediaRig(): { scope: RtcScope } {
  const rig = {} as { scope: RtcScope };
  beforeEach(() => {
    rig.scope = RtcRuntime.acquire('media');
  });
  afterEach(async () => {
    await rig.scope.disposeAsync();
    expect(RtcRuntime.shared.snapshot()).toMatchObject({ state: 'idle', natives: { held: 0, retained: 0 } });
    expect(RtcRuntime.shared.threads().count).toBe(0);
  });
  return rig;
}
