import type { Life } from './life.js';
import type { Program } from './program.js';
import type { ChannelEnd } from './simulated-peer.js';

/** Holds what one end has sent on a channel against what the other was given. */
export function lossesOf(from: ChannelEnd, to: ChannelEnd, program: Program): string[] {
  const { label, told } = from;
  if (isSocket(label)) return socketLossesOf(from, to);
  const faults: string[] = [];
  const ours = program.other === 'ours';
  // Nobody knows what a program without this package has sent, nor a hostile one.
  const isJudged = program.other !== 'hostile';
  if (isJudged && 'info' in to) faults.push(...keptBack(from, to));
  if (told === undefined || !isJudged) return faults;
  const isRough = isRoughFor(from, to);
  const lacking = lackingOf(from, to);
  const missing = lacking.length;
  const untaken = lacking.filter((n) => !to.life.arrivals.has(n)).length;
  const of = `of ${from.attempted} messages`;
  // A label's last word is how its program uses it; what acknowledges its messages itself has no count of the channel's.
  const mayCross = !from.isExact && !ours && crosses(from.life, to.life, program, isRough);
  // Its library drops what it has of a channel that was closed before its program could see it (H18).
  const isGiven = ours || from.isExact || (!endedBefore(from.life, to.life) && isAtLeisure(to.life));
  // Nobody can tell messages of a peer that sends by itself from answers to each of ours.
  const isAnswered = !ours && !from.isExact && from.received.length >= from.attempted - from.doubtful.size;
  // What another peer's channel has given up is not counted.
  const isKnown = ours || from.isExact || (!mayCross && !isAnswered && !from.isLossy);
  if (isGiven && missing > told + to.unread && isKnown)
    faults.push(`${label}: ${missing} ${of} are missing, ${told} were told`);
  if (!isGiven && untaken > told && isKnown)
    faults.push(`${label}: ${untaken} ${of} did not reach the peer's process, ${told} were told`);
  if (!ours || isRough || from.isLossy) return faults;
  faults.push(...slowEndOf(from, to, program));
  if (told > missing + from.doubtful.size)
    faults.push(`${label}: ${told} ${of} were told, ${missing} are missing`);
  // A program took nothing where the channel was closed before its stream was there.
  const tookAny = to.wasOpen || !label.endsWith('streamed');
  // Of a channel that both make, the other half was closed before this one was made: messages meet nothing.
  const metNone = endedBefore(to.life, from.life);
  if (missing > to.unread && from.wasOpen && tookAny && !metNone)
    faults.push(`${label}: ${missing} ${of} are missing (told)`);
  return faults;
}

/** Numbers of the messages that one end accepted and the other's program was not given. */
function lackingOf({ attempted, doubtful }: ChannelEnd, { received }: ChannelEnd): number[] {
  const came = new Set(received);
  const lacking: number[] = [];
  for (let n = 0; n < attempted; n++) if (!doubtful.has(n) && !came.has(n)) lacking.push(n);
  return lacking;
}

/** Of a WebSocket, whose label is its path. */
const isSocket = (label: string): boolean => label.startsWith('/');

/**
 * A WebSocket has no acknowledgement: what was on its way when the other end closed is lost, and nobody knows. Where only the
 * sender closes, however soon, everything arrives.
 */
function socketLossesOf(from: ChannelEnd, to: ChannelEnd): string[] {
  const { label, attempted, doubtful, told = 0 } = from;
  const faults = keptBack(from, to);
  if (to.life.ownEndAt !== undefined || isRoughFor(from, to)) return faults;
  const missing = lackingOf(from, to).length;
  const of = `of ${attempted} messages`;
  if (missing > told + to.unread) faults.push(`${label}: ${missing} ${of} are missing, ${told} were told`);
  if (told > missing + doubtful.size)
    faults.push(`${label}: ${told} ${of} were told, ${missing} are missing`);
  return faults;
}

/** The program of one end had begun to end it before the other was made. */
function endedBefore({ ownEndAt }: Life, { madeAt }: Life): boolean {
  return ownEndAt !== undefined && ownEndAt < madeAt;
}

/** Between two of this package, on a network that loses nothing and with event loops that run, a channel ends in some round trips. */
function slowEndOf(from: ChannelEnd, to: ChannelEnd, { latency, loss }: Program): string[] {
  const { ownEndAt, endedAt } = from.life;
  const isBusy = ({ life }: ChannelEnd) => life.isTouched(life.process.busy, 0, Number.POSITIVE_INFINITY);
  if (ownEndAt === undefined || loss > 0 || !from.wasOpen || !to.wasOpen || isBusy(from) || isBusy(to))
    return [];
  const took = endedAt - ownEndAt;
  return took > PROMPT_END_MS + 12 * latency ? [`${from.label}: the end took ${Math.round(took)} ms`] : [];
}

/** Messages may have been lost, if that is told: for what happened to the channel, or to a process while it lived. */
function isRoughFor(one: ChannelEnd, other: ChannelEnd): boolean {
  const lives = [one.life, other.life];
  const from = Math.min(...lives.map(({ madeAt }) => madeAt));
  const to = Math.max(...lives.map(({ endedAt }) => endedAt));
  return lives.some((life) => life.isRough || life.isTouched(life.process.rough, from, to));
}

/**
 * A peer without this package resets the stream when its program closes the channel, and that looks like the answer to our
 * reset: what was on its way is taken for confirmed then, as the documents say. So it does only where either end ended the
 * channel before it saw that the other had. Where its program had closed the channel long before, as one that both ends make
 * may be, the end of its connection looks like the answer.
 */
function crosses(from: Life, to: Life, { latency, loss }: Program, isRough: boolean): boolean {
  if (to.ownEndAt === undefined || from.ownEndAt === undefined) return false;
  const onItsWay = isRough ? ROUGH_MS : latency + loss > 0 ? 4 * latency + LOSSY_MS : PROMPT_MS;
  const ends = to.ownEndAt < from.ownEndAt ? [to.ownEndAt, to.connectionEndAt] : [to.ownEndAt];
  return ends.some((at) => at !== undefined && from.ownEndAt! <= at + onItsWay && at <= from.endedAt);
}

/** Its program has taken what its library had: it ended nothing, and its event loop ran. */
function isAtLeisure(life: Life): boolean {
  return (
    life.ownEndAt === undefined &&
    !life.isCut &&
    !life.isTouched(life.process.busy, life.madeAt, Number.POSITIVE_INFINITY)
  );
}

/** Of what had reached its process before it began to end a channel, its program is given all, or told how much it is not. */
function keptBack(from: ChannelEnd, to: ChannelEnd): string[] {
  const { life } = to;
  // Of a channel that was closed before this process could see it, the library drops the messages (H18).
  const unseen = endedBefore(from.life, life) ? life.madeAt : 0;
  if (!to.wasOpen || life.isRough || isRoughFor(to, to)) return [];
  const until = (life.ownEndAt ?? Number.POSITIVE_INFINITY) - TAKEN_MS;
  const came = new Set(to.received);
  let kept = 0;
  for (const [number, at] of life.arrivals) if (at >= unseen && at < until && !came.has(number)) kept++;
  return kept > to.unread
    ? [
        `${to.label}: ${kept} messages reached the process, ${to.unread} are unread, and its program got neither`,
      ]
    : [];
}

/** Milliseconds in which a thread of the library has handed over what came. */
const TAKEN_MS = 5;
/** Milliseconds that a reset takes to the other end, and until that end could have seen it. */
const PROMPT_MS = 15;
const LOSSY_MS = 60;
/** Milliseconds that an end may take besides its round trips. */
const PROMPT_END_MS = 300;
const ROUGH_MS = 2000;
