import '../../scope/dispose-symbols.js';
export { type Rtp, rtpOf } from './rtp.js';
export { type ScopedWebRTC, scopedWebRTC } from './scoped-web-rtc.js';
