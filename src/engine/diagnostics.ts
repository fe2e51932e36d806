import { channel } from 'node:diagnostics_channel';

/** `node:diagnostics_channel` channels; publishing costs nothing while nobody subscribes. */
export const diagnostics = {
  created: channel('scoped-rtc:handle:create'),
  opened: channel('scoped-rtc:handle:open'),
  closed: channel('scoped-rtc:handle:close'),
  cleanup: channel('scoped-rtc:runtime:cleanup'),
  warning: channel('scoped-rtc:warning'),
};
