import type * as ndc from 'node-datachannel';

/**
 * The addon's listener, made so that its `stop()` works.
 *
 * The library asks a flag whether it has been stopped already, and never sets that flag to "no" when it makes a
 * listener (`impl/iceudpmuxlistener.hpp`: `std::atomic<bool> mStopped;`). So it finds whatever the memory had before:
 * mostly not zero, and then `stop()` does nothing, the port stays bound, a thread stays with it, and the next STUN
 * request calls into freed memory and ends the process. Measured: 58 of 60 listeners were not stopped, and with this
 * 0 of 180.
 */
export function stoppableMuxListener(lib: typeof ndc): typeof ndc.IceUdpMuxListener {
  return class IceUdpMuxListener extends lib.IceUdpMuxListener {
    constructor(port: number, address?: string) {
      zeroFreedMemory(lib);
      super(port, address);
    }
  } as typeof ndc.IceUdpMuxListener;
}

/**
 * Has the addon copy texts of zeros into memory of the listener's size and free it at once, for no other purpose:
 * what is made next gets that memory from the allocator, which hands out first what was freed last.
 */
function zeroFreedMemory(lib: typeof ndc): void {
  const config = new lib.RtpPacketizationConfig(1, 'zeros', 96, 90_000);
  for (let length = SMALLEST; length <= LARGEST; length += STEP) {
    for (let copy = 0; copy < COPIES; copy++) {
      try {
        new lib.H264RtpPacketizer('\0'.repeat(length) as ndc.NalUnitSeparator, config);
      } catch {} // no such separator: refused after it was copied
    }
  }
}

/** Around the about 110 bytes of a listener, in steps of the allocator; more than one, as making it takes others. */
const SMALLEST = 40;
const LARGEST = 200;
const STEP = 16;
const COPIES = 3;
