/** What the process of a channel knows of it, and of its own troubles. */
export interface LifeOwner {
  readonly rough: readonly Trouble[];
  readonly busy: readonly Trouble[];
  now(): number;
  arrivalsOf(label: string): ReadonlyMap<number, number>;
}

/** When one end of a channel lived (ms of the world), and what came to its process. */
export class Life {
  readonly process: LifeOwner;
  /** Name of its connection. */
  readonly connection: string;
  readonly madeAt: number;
  /** When the program, or what owns the channel, began to end it, before the channel was closed; undefined where the peer did. */
  ownEndAt: number | undefined;
  /** When the program, or a scope, began to end the connection; undefined where the peer did. */
  connectionEndAt: number | undefined;
  endedAt = Number.POSITIVE_INFINITY;
  /** It was ended in a way that may lose messages, if that is told. */
  isRough = false;
  /** Of a program without this package: it has closed the channel while messages waited for its event loop, and dropped them. */
  isCut = false;
  /** Numbers of the messages that its library has taken from the wire, with the times (ms). */
  readonly arrivals: ReadonlyMap<number, number>;

  constructor(process: LifeOwner, connection: string, label: string) {
    this.process = process;
    this.connection = connection;
    this.madeAt = process.now();
    this.arrivals = process.arrivalsOf(label);
  }

  /** Whether its process had one of these troubles while the channel, or its other end, lived. */
  isTouched(troubles: readonly Trouble[], from: number, to: number): boolean {
    return troubles.some(
      (trouble) =>
        trouble.from <= to &&
        trouble.to + AFTER_MS >= from &&
        (trouble.connection === undefined || trouble.connection === this.connection),
    );
  }
}

/** Something that happened to a process, or to one connection of it, from when to when (ms). */
export interface Trouble {
  readonly from: number;
  readonly to: number;
  readonly connection?: string | undefined;
}

/** Milliseconds in which what a trouble has held up is made up for. */
const AFTER_MS = 100;
