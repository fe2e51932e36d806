import type { EngineOptions } from '../engine/engine.js';

export interface RtcRuntimeOptions extends EngineOptions {
  /**
   * `auto` (default): clean up the library when the last root scope is gone. That ends the connections of other
   * code in the process, too. `manual`: only `shutdown()` does.
   */
  cleanup?: 'auto' | 'manual';
}

export function checkRuntimeOptions(options: unknown): asserts options is RtcRuntimeOptions {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`options must be an object, got ${options === null ? 'null' : typeof options}`);
  }
  const { cleanup, teardownTimeout, native, clock, ...unknown } = options as Record<string, unknown>;
  const [stranger] = Object.keys(unknown);
  if (stranger !== undefined) {
    throw new TypeError(
      `options.${stranger} is not an option; known are cleanup, teardownTimeout, native, clock`,
    );
  }
  if (cleanup !== undefined && cleanup !== 'auto' && cleanup !== 'manual') {
    throw new TypeError(`options.cleanup must be 'auto' or 'manual', got ${String(cleanup)}`);
  }
  if (teardownTimeout !== undefined) {
    if (typeof teardownTimeout !== 'number') {
      throw new TypeError(
        `options.teardownTimeout must be a number of milliseconds, got ${typeof teardownTimeout}`,
      );
    }
    if (Number.isNaN(teardownTimeout) || teardownTimeout < 0) {
      throw new RangeError(`options.teardownTimeout must be 0 or more milliseconds, got ${teardownTimeout}`);
    }
  }
  for (const [name, value] of Object.entries({ native, clock })) {
    if (value !== undefined && (typeof value !== 'object' || value === null)) {
      throw new TypeError(`options.${name} must be an object, got ${value === null ? 'null' : typeof value}`);
    }
  }
}
