import type { Candidate } from './candidate.js';
import type { CandidateName } from './names.js';

/** Loads one candidate, and nothing of the others. */
export async function loadCandidate(name: CandidateName): Promise<Candidate> {
  switch (name) {
    case 'raw':
    case 'raw-least':
    case 'raw-all':
      return new (await import('./raw.js')).RawCandidate(name);
    case 'polyfill':
      return (await import('./polyfill.js')).polyfillCandidate();
    case 'werift':
      return (await import('./werift.js')).weriftCandidate();
    case 'wrtc':
      return (await import('./wrtc.js')).wrtcCandidate();
    case 'sdk-events':
    case 'sdk-iterator':
    case 'sdk-streams':
      return new (await import('./sdk.js')).SdkCandidate(name);
    default:
      throw new Error(`${name} is measured over links only`);
  }
}
