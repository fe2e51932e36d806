import { channel } from 'node:diagnostics_channel';

/**
 * `node:diagnostics_channel` channels. Ask `hasSubscribers` before building what is published for each handle: a path
 * alone costs more than the question. What each carries is in docs/diagnostics.md.
 */
export const diagnostics = {
  created: channel('scoped-rtc:handle:create'),
  opened: channel('scoped-rtc:handle:open'),
  closed: channel('scoped-rtc:handle:close'),
  cleanup: channel('scoped-rtc:runtime:cleanup'),
  log: channel('scoped-rtc:log'),
  warning: channel('scoped-rtc:warning'),
};
