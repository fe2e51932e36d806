/** Everything that is measured, in the order of tables and charts. */
export const CANDIDATES = {
  raw: 'raw, as its README',
  'raw-least': 'raw, fewest callbacks',
  'raw-all': 'raw, all callbacks',
  polyfill: 'node-datachannel/polyfill',
  'sdk-events': 'scoped-rtc, events',
  'sdk-iterator': 'scoped-rtc, await send and iterator',
  'sdk-streams': 'scoped-rtc, streams',
  werift: 'werift',
  wrtc: '@roamhq/wrtc',
} as const;

export type CandidateName = keyof typeof CANDIDATES;

export const CANDIDATE_NAMES = Object.keys(CANDIDATES) as CandidateName[];

/** The candidates that are this package. */
export const isOurs = (name: CandidateName): boolean => name.startsWith('sdk-');
