import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
import { INSPECTED, type InspectedSettings } from './inspected-settings.js';

/*
 * `scoped-rtc inspect` runs programs with `node --import` of this module. Processes and threads that the program starts
 * load it, too, so it does nothing until the first handle is created.
 */

const FIRST = 'scoped-rtc:handle:create';
const given = process.env[INSPECTED];
if (isMainThread && given !== undefined) await prepare(JSON.parse(given) as InspectedSettings);

async function prepare({ port, wait, trace }: InspectedSettings): Promise<void> {
  const inspected = await import('./inspected-runtime.js');
  const key: typeof inspected.RUNTIME_TRACE = inspected.RUNTIME_TRACE;
  const runtime = inspected.RtcRuntime.shared;
  const recorded = runtime[key];
  recorded.record();
  if (trace !== undefined) {
    process.once('exit', () => {
      if (recorded.count === 0) return;
      try {
        writeFileSync(trace, JSON.stringify(runtime.trace()));
      } catch (error) {
        // What is thrown here would change the exit code of the program.
        process.stderr.write(`the trace could not be written: ${(error as Error).message}\n`);
      }
    });
  }
  const open = async () => {
    const { openInspector } = inspected;
    const inspector = await openInspector({ port }).catch(() => openInspector({ port: 0 }));
    process.stderr.write(`scoped-rtc inspector of process ${process.pid}: ${inspector.url}\n`);
    return inspector;
  };
  if (wait) {
    const inspector = await open();
    process.stderr.write('The program begins when the page is opened.\n');
    while (inspector.viewers === 0) await new Promise((resolve) => setTimeout(resolve, 50));
    return;
  }
  const onFirst = (): void => {
    unsubscribe(FIRST, onFirst);
    open().catch((error: unknown) => process.stderr.write(`no inspector: ${String(error)}\n`));
  };
  subscribe(FIRST, onFirst);
}
