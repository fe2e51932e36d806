export { instrumentRuntime } from './instrument-runtime.js';
export type { TelemetryOptions } from './telemetry-options.js';
