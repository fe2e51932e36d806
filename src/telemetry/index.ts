export { instrumentRuntime } from './instrument-runtime.js';
export type { TelemetryOptions } from './instrument-runtime.js';
