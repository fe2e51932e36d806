/** A run of message numbers, both ends included. */
export type Range = [first: number, last: number];

/** What one end of a data channel says about it when it has closed. */
export interface ChannelReport {
  /** The same at both ends, and no other channel's. */
  readonly label: string;
  readonly origin: 'created' | 'incoming';
  readonly unordered: boolean;
  readonly by: string;
  /** It was ended without draining. */
  readonly aborted: boolean;
  /** Messages; at most so many of the accepted ones did not arrive. */
  readonly unconfirmed: number;
  /** Numbers below this were given to `send`. */
  readonly attempted: number;
  /** Of these, the ones whose `send` rejected: they may have gone out or not. */
  readonly doubtful: readonly number[];
  readonly received: readonly Range[];
  readonly duplicates: number;
  readonly outOfOrder: number;
}

/** What a process says at its end. */
export interface WorkerReport {
  readonly connections: number;
  readonly thrown: number;
  readonly blocked: number;
  /** Natives and library threads that were left after the last scope. */
  readonly held: number;
  readonly retained: number;
  readonly threads: number;
  /** Errors that nobody should have seen. */
  readonly unexpected: readonly string[];
}

export type ToWorker =
  | { readonly connect: string; readonly offers: boolean }
  | { readonly id: string; readonly signal: unknown }
  | { readonly finish: true };

export type FromWorker =
  | { readonly id: string; readonly signal: unknown }
  | { readonly channel: ChannelReport }
  | { readonly done: WorkerReport }
  | { readonly ready: true };
