import '../../scope/dispose-symbols.js';
export { type ScopedWebRTC, scopedWebRTC } from './scoped-web-rtc.js';
