/** Everything that is measured, in the order of tables and charts. */
export const CANDIDATES = {
  raw: 'raw, as its README',
  'raw-least': 'raw, fewest callbacks',
  'raw-all': 'raw, all callbacks',
  'raw-tuned': 'raw, SCTP buffers of 4 MiB',
  polyfill: 'node-datachannel/polyfill',
  'sdk-events': 'scoped-rtc, events',
  'sdk-iterator': 'scoped-rtc, await send and iterator',
  'sdk-streams': 'scoped-rtc, streams',
  'sdk-tuned': 'scoped-rtc, SCTP buffers of 4 MiB',
  'raw-chromium': 'raw, as its README, to Chromium',
  'sdk-chromium': 'scoped-rtc, events, to Chromium',
  werift: 'werift',
  wrtc: '@roamhq/wrtc',
  relay: 'the relay alone, one way',
} as const;

export type CandidateName = keyof typeof CANDIDATES;

export const CANDIDATE_NAMES = Object.keys(CANDIDATES) as CandidateName[];

/** The candidates that are this package. */
export const isOurs = (name: CandidateName): boolean => name.startsWith('sdk-');
