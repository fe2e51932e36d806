import { SessionText } from '../../resources/media/session-text.js';
import { domException } from './web-idl.js';

/**
 * Throws for an answer that is certainly of another offer: it must have the sections of the offer, in their order (RFC 8829,
 * section 5.11). A section may leave its mid out, as pion does where it rejects one.
 */
export function assertAnswers(answer: string, offer: string): void {
  const offered = new SessionText(offer).sections;
  const mids = offered.map(({ mid }) => mid);
  const { sections } = new SessionText(answer, mids);
  const refuse = (why: string) => {
    throw domException('InvalidAccessError', `the answer does not belong to the offer: ${why}`);
  };
  if (sections.length !== offered.length) {
    refuse(`it has ${sections.length} media sections, the offer ${offered.length}`);
  }
  for (const [index, { kind, mid }] of sections.entries()) {
    if (kind !== offered[index]?.kind) refuse(`section ${index} is of another kind`);
    if (mid !== mids[index]) refuse(`section ${index} has another mid`);
  }
}
