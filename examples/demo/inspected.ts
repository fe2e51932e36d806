import { setTimeout as pause } from 'node:timers/promises';
import { openInspector } from 'scoped-rtc/inspector';
import { bold, cyan, dim } from '../support/style.js';

/** Milliseconds without a viewer after which the page counts as closed; a reload takes less. */
const GONE_MS = 2_000;
const LOOK_EVERY_MS = 50;

/** Shows what `acts` do on the inspector's page: begins when it is opened, ends when it is closed. */
export async function inspected(acts: () => Promise<void>): Promise<void> {
  await using inspector = await openInspector();
  console.log(`\n  ${bold('Open')} ${cyan(inspector.url)}  ${dim('to begin')}`);
  // The inspector keeps no process alive; these timers do.
  while (inspector.viewers === 0) await pause(LOOK_EVERY_MS);
  await acts();
  console.log(`\n  ${bold('Close the page')} ${dim('to end the demo')}`);
  for (let gone = 0; gone < GONE_MS; gone = inspector.viewers === 0 ? gone + LOOK_EVERY_MS : 0) {
    await pause(LOOK_EVERY_MS);
  }
}
