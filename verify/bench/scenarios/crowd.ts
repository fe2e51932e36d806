import type { Candidate, Link } from '../candidates/candidate.js';

/** Pairs that are connected at the same time. */
const AT_ONCE = 25;

/** Connects `pairs` pairs, some at a time. Nobody listens on them. */
export async function crowd(candidate: Candidate, pairs: number): Promise<Link[]> {
  const links: Link[] = [];
  while (links.length < pairs) {
    const batch = Array.from({ length: Math.min(AT_ONCE, pairs - links.length) }, () =>
      candidate.connectCalmly(),
    );
    links.push(...(await Promise.all(batch)));
  }
  return links;
}
