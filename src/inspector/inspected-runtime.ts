/** What `preload.ts` needs in a program that is inspected. */
export { RUNTIME_TRACE } from '../diagnostics/trace.js';
export { RtcRuntime } from '../runtime/rtc-runtime.js';
export { openInspector } from './inspector.js';
