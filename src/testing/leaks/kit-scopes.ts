import { RUNTIME_TRACE } from '../../diagnostics/trace.js';
import type { RtcRuntime } from '../../runtime/rtc-runtime.js';
import type { RtcScope } from '../../runtime/rtc-scope.js';

const scopes = new Map<RtcScope, RtcRuntime>();

/** Root scopes of the kit itself: a test that ends while the scope of another test is open has left nothing. */
export const kitScopes = {
  /** A root scope of `runtime`, called `name` or, while that is taken, `name-2` and so on. */
  open(runtime: RtcRuntime, name: string, teardownTimeout: number): RtcScope {
    const taken = new Set(runtime.snapshot().scopes.map((scope) => scope.path));
    let free = name;
    for (let n = 2; taken.has(free); n++) free = `${name}-${n}`;
    const scope = runtime.scope(free, { timeout: teardownTimeout });
    scopes.set(scope, runtime);
    return scope;
  },

  gone(scope: RtcScope): void {
    scopes.delete(scope);
  },

  namesIn(runtime: RtcRuntime): string[] {
    return [...scopes].filter(([, owner]) => owner === runtime).map(([scope]) => scope.path);
  },

  /** `trace` is that of the runtime. */
  has(trace: unknown, name: string): boolean {
    for (const [scope, runtime] of scopes) {
      if (scope.path === name && runtime[RUNTIME_TRACE] === trace) return true;
    }
    return false;
  },

  get count(): number {
    return scopes.size;
  },
};
