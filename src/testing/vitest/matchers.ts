import { toBeClosed } from './to-be-closed.js';
import { toHaveNoLiveHandles } from './to-have-no-live-handles.js';
import { toHaveReceived } from './to-have-received.js';
import { toHaveTornDown } from './to-have-torn-down.js';

/** For `expect.extend(rtcMatchers)` where `expect` is not vitest's global one. */
export const rtcMatchers = { toBeClosed, toHaveNoLiveHandles, toHaveReceived, toHaveTornDown };
