// The close matrix as data: what is closed, in which state, by whom; and which cells make no sense.

export const KINDS = ['PeerConnection', 'DataChannel', 'WebSocket', 'WebSocketServer'] as const;
export const STATES = [
  'new',
  'gathering',
  'connecting',
  'open',
  'being closed by its peer',
  'closed by its peer',
  'failed',
] as const;
export const ENDERS = [
  'the caller',
  'its own callback',
  'its owner',
  'the scope',
  'an abort signal',
  'an exception in the body',
] as const;

export type Kind = (typeof KINDS)[number];
export type State = (typeof STATES)[number];
export type Ender = (typeof ENDERS)[number];

export interface Cell {
  readonly kind: Kind;
  readonly state: State;
  readonly ender: Ender;
}

type Reasons = Partial<Record<State, Partial<Record<Ender | 'anybody', string>>>>;

const SILENT_BEFORE_OPEN = 'it emits nothing before it is open';
const NO_HANDLE = 'its creation threw, so there is no handle';
const NO_ICE = 'it gathers no candidates';

/** Why a cell is left out. */
const LEFT_OUT: Record<Kind, Reasons> = {
  PeerConnection: {
    new: { 'its own callback': 'a connection that was not used emits nothing' },
  },
  DataChannel: {
    new: { 'its own callback': SILENT_BEFORE_OPEN },
    gathering: { 'its own callback': SILENT_BEFORE_OPEN },
    connecting: { 'its own callback': SILENT_BEFORE_OPEN },
  },
  WebSocket: {
    new: { 'its own callback': SILENT_BEFORE_OPEN },
    gathering: { anybody: NO_ICE },
    connecting: { 'its own callback': SILENT_BEFORE_OPEN },
  },
  WebSocketServer: {
    new: { 'its own callback': 'a server emits nothing before its first client' },
    gathering: { anybody: NO_ICE },
    connecting: { 'its own callback': 'a client that has not finished its handshake is not reported' },
    failed: { 'the caller': NO_HANDLE, 'its own callback': NO_HANDLE, 'an abort signal': NO_HANDLE },
  },
};

export function leftOut({ kind, state, ender }: Cell): string | undefined {
  const reasons = LEFT_OUT[kind][state];
  return reasons?.anybody ?? reasons?.[ender];
}

export function cellsOf(kind: Kind): Cell[] {
  return STATES.flatMap((state) => ENDERS.map((ender) => ({ kind, state, ender })));
}

const BY_ENDER: Record<Ender, string> = {
  'the caller': 'local',
  'its own callback': 'local',
  'an abort signal': 'local',
  'its owner': 'owner',
  'the scope': 'owner',
  'an exception in the body': 'owner',
};

/** What `closed()` may say of who ended the handle. */
export function expectedBy({ kind, state, ender }: Cell): string[] {
  // A server outlives its clients: it is still the ender who closes it.
  if (kind === 'WebSocketServer') return state === 'failed' ? [] : [BY_ENDER[ender]];
  if (state === 'closed by its peer') return ['remote'];
  // No event concerns the channel alone: it ends with the connection that failed.
  if (state === 'failed') return kind === 'DataChannel' ? ['owner'] : ['error'];
  // Both ends race.
  if (state === 'being closed by its peer') return [BY_ENDER[ender], 'remote'];
  return [BY_ENDER[ender]];
}

/** What `closed()` gives as the reason: the failure's code, or the message of what was aborted with. */
export function expectedReason({ state, ender }: Cell, by: string | undefined): string | undefined {
  if (by === 'error' || (by === 'owner' && state === 'failed')) return 'RTC_NATIVE';
  return by === 'local' && ender === 'an abort signal' ? 'boom' : undefined;
}
