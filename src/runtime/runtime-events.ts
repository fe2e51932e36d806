import type { EventNames } from '../arguments/event-name.js';
import type { RtcWarning } from '../diagnostics/warning.js';
import type { TeardownReport } from '../scope/teardown-report.js';

export interface RtcRuntimeEvents {
  /** A teardown has ended; `path` is its root. */
  teardown: [report: TeardownReport, path: string];
  /** Something was still open when the process ended; `open` names it. */
  leak: [open: readonly string[]];
  warning: [warning: RtcWarning];
}

export const RUNTIME_EVENTS: EventNames<RtcRuntimeEvents> = { teardown: true, leak: true, warning: true };
