import type { FakeScheduler } from '../../src/testing/index.js';
import type { Clock } from '../../src/index.js';
import { Random } from '../chaos/random.js';
import type { Trouble } from './life.js';
import { enter, VirtualTimer, type VirtualTime } from './virtual-globals.js';

/** What a run may take, so that a loop that never ends is found. */
const MOST_TASKS = 400_000;
/** Milliseconds that one task takes. */
const TASK_MS = 0.05;
/** More than a program sends on one channel. */
const MOST_MESSAGES = 1_000_000;
/** Share of the calls of the library before which one of its threads runs. */
const PREEMPTED = 0.1;
/** Runs the ticks and promise reactions that are due, as Node does between two calls from its event loop. */
const runMicrotasks = (process as unknown as { _tickCallback(): void })._tickCallback;

class Task extends VirtualTimer {
  readonly run: () => void;

  constructor(run: () => void) {
    super();
    this.run = run;
  }
}

class Timer extends VirtualTimer {
  due: number;
  readonly owner: SimulatedProcess;
  readonly run: () => void;
  readonly every: number | undefined;

  constructor(due: number, owner: SimulatedProcess, run: () => void, every: number | undefined) {
    super();
    this.due = due;
    this.owner = owner;
    this.run = run;
    this.every = every;
  }
}

/** One process: an event loop, and the library's threads beside it. */
export class SimulatedProcess implements FakeScheduler {
  readonly name: string;
  readonly #world: World;
  readonly loop: Task[] = [];
  readonly threads: Task[] = [];
  /** Errors that nobody caught, with what Node would have called them. */
  readonly uncaught: string[] = [];
  stopped = false;
  dead = false;
  blockedUntil = 0;
  /** Of its own, since some of the package's state goes with the clock. */
  readonly clock: Clock = {
    now: () => this.#world.now,
    after: (ms, run) => {
      const timer = this.#world.timerOf(this, ms, run, undefined);
      return () => {
        timer.cancelled = true;
      };
    },
  };
  /** Milliseconds in which it was stopped or its event loop blocked. */
  heldUp = 0;
  /** Times in which messages may have been lost, if that is told. */
  readonly rough: Trouble[] = [];
  /** Times in which its event loop did not run. */
  readonly busy: Trouble[] = [];
  readonly #arrivals = new Map<string, Map<number, number>>();

  constructor(world: World, name: string) {
    this.#world = world;
    this.name = name;
  }

  get running(): boolean {
    return !this.stopped && !this.dead;
  }

  now(): number {
    return this.#world.now;
  }

  thread(run: () => void): void {
    this.#push(this.threads, run);
  }

  eventLoop(run: () => void): void {
    this.#push(this.loop, run);
  }

  /** A timer of the library: a busy event loop does not hold it up. */
  after(ms: number, run: () => void): () => void {
    const timer = this.#world.timerOf(undefined, ms, () => this.thread(run), undefined);
    return () => {
      timer.cancelled = true;
    };
  }

  /** Now and then a thread of the library runs between two calls that JavaScript makes of it. */
  preempt(): void {
    if (this.threads.length > 0 && this.#world.choices.chance(PREEMPTED)) this.threads.shift()?.run();
  }

  arrived(label: string, data: string | Buffer): void {
    if (typeof data === 'string' || data.length < 4) return;
    const number = data.readUInt32LE();
    const arrivals = this.arrivalsOf(label);
    // Otherwise one of this package's own, or of a peer that says anything.
    if (number < MOST_MESSAGES && !arrivals.has(number)) arrivals.set(number, this.#world.now);
  }

  /** What its library has taken on channels of that label: numbers, with the times (ms). */
  arrivalsOf(label: string): Map<number, number> {
    let arrivals = this.#arrivals.get(label);
    if (!arrivals) this.#arrivals.set(label, (arrivals = new Map()));
    return arrivals;
  }

  /** Keeps the event loop busy; the library's threads go on. */
  block(ms: number): void {
    this.busy.push({ from: this.#world.now, to: this.#world.now + ms });
    this.blockedUntil = Math.max(this.blockedUntil, this.#world.now + ms);
    this.heldUp += ms;
  }

  /** As SIGSTOP and SIGCONT do. */
  stop(ms: number): void {
    if (!this.running) return;
    const time = { from: this.#world.now, to: this.#world.now + ms };
    this.busy.push(time);
    this.rough.push(time);
    this.stopped = true;
    this.heldUp += ms;
    this.#world.at(this.#world.now + ms, undefined, () => {
      this.stopped = false;
    });
  }

  /** As SIGKILL does. */
  kill(): void {
    this.dead = true;
    this.loop.length = 0;
    this.threads.length = 0;
  }

  #push(queue: Task[], run: () => void): Task {
    const task = new Task(run);
    if (!this.dead) queue.push(task);
    return task;
  }

  turn(run: () => void): VirtualTimer {
    return this.#push(this.loop, run);
  }
}

/**
 * Several processes in one thread. Which of those that can run does so next, and how long things take, is decided by the
 * seed alone.
 */
export class World implements VirtualTime {
  readonly processes: SimulatedProcess[] = [];
  readonly choices: Random;
  now = 0;
  tasks = 0;
  #current: SimulatedProcess | undefined;
  readonly #timers: Timer[] = [];
  /** The queues with something to do and their owners, as one step finds them; kept so that a step allocates nothing. */
  readonly #queues: Task[][] = [];
  readonly #owners: SimulatedProcess[] = [];

  constructor(seed: number) {
    this.choices = new Random(seed);
  }

  spawn(name: string): SimulatedProcess {
    const made = new SimulatedProcess(this, name);
    this.processes.push(made);
    return made;
  }

  /** Timers that a process has set and not cancelled: what it has left, once it has ended. */
  timersOf(owner: SimulatedProcess): number {
    return this.#timers.filter((timer) => timer.owner === owner && !timer.cancelled).length;
  }

  /** Runs `run` at that time, in the process; without one it belongs to the world. */
  at(time: number, owner: SimulatedProcess | undefined, run: () => void): void {
    this.timerOf(owner, time - this.now, run, undefined);
  }

  /** Runs `body` as the code of a process, from outside any task. */
  call(owner: SimulatedProcess, body: () => void): void {
    this.#run(owner, body);
  }

  /** Runs everything until nothing is left to do, or until `ended` says so. Says what went wrong with that. */
  run(ended: () => boolean, limitMs: number): 'ended' | 'idle' | 'time' | 'tasks' {
    enter(this);
    try {
      for (;;) {
        if (ended()) return 'ended';
        if (this.now > limitMs) return 'time';
        if (this.tasks++ > MOST_TASKS) return 'tasks';
        if (!this.#step()) return 'idle';
      }
    } finally {
      enter(undefined);
    }
  }

  spend(ms: number): void {
    this.now += ms;
  }

  random(): number {
    return this.choices.next();
  }

  timer(ms: number, run: () => void, every?: number): VirtualTimer {
    return this.timerOf(this.#current, ms, run, every);
  }

  turn(run: () => void): VirtualTimer {
    return (this.#current ?? this.#nobody).turn(run);
  }

  timerOf(
    owner: SimulatedProcess | undefined,
    ms: number,
    run: () => void,
    every: number | undefined,
  ): VirtualTimer {
    owner ??= this.#nobody;
    const due = this.now + (Number.isFinite(ms) && ms > 0 ? ms : 0.001);
    const timer = new Timer(due, owner, run, every);
    if (!owner.dead) this.#insert(timer);
    return timer;
  }

  readonly #nobody = new SimulatedProcess(this, 'nobody');

  #insert(timer: Timer): void {
    let at = this.#timers.length;
    while (at > 0 && this.#timers[at - 1]!.due < timer.due) at--;
    this.#timers.splice(at, 0, timer); // the next one stands last
  }

  #step(): boolean {
    this.#ring();
    let ready = this.#find(this.#nobody, 0);
    for (const owner of this.processes) ready = this.#find(owner, ready);
    if (ready === 0) return this.#wait();
    const chosen = ready === 1 ? 0 : this.choices.below(ready);
    const task = this.#queues[chosen]!.shift()!;
    this.now += TASK_MS;
    if (!task.cancelled) this.#run(this.#owners[chosen]!, task.run);
    return true;
  }

  /** Enters the queues of `owner` behind the first `found`. Returns how many there are now. */
  #find(owner: SimulatedProcess, found: number): number {
    if (!owner.running) return found;
    const { loop, threads, blockedUntil } = owner;
    if (loop.length > 0 && blockedUntil <= this.now) {
      this.#owners[found] = owner;
      this.#queues[found++] = loop;
    }
    if (threads.length === 0) return found;
    this.#owners[found] = owner;
    this.#queues[found++] = threads;
    return found;
  }

  /** Hands what is due to the event loops. */
  #ring(): void {
    for (let next = this.#timers.at(-1); next && next.due <= this.now; next = this.#timers.at(-1)) {
      const timer = next;
      this.#timers.pop();
      if (timer.cancelled || timer.owner.dead) continue;
      timer.owner.eventLoop(() => {
        if (!timer.cancelled) timer.run();
      });
      if (timer.every === undefined) continue;
      timer.due = this.now + Math.max(timer.every, 0.001);
      this.#insert(timer);
    }
  }

  /** Lets time pass until something can happen. */
  #wait(): boolean {
    let next = this.#timers.findLast((timer) => !timer.cancelled && !timer.owner.dead)?.due;
    for (const { loop, blockedUntil, running } of this.processes) {
      if (running && loop.length > 0) next = Math.min(next ?? blockedUntil, blockedUntil);
    }
    if (next === undefined) return false;
    this.now = Math.max(this.now, next);
    return true;
  }

  #run(owner: SimulatedProcess, run: () => void): void {
    this.#current = owner;
    enter(this);
    try {
      run();
    } catch (error) {
      owner.uncaught.push(`uncaught: ${textOf(error)}`);
    }
    runMicrotasks();
    this.#current = undefined;
  }

  /** Takes an error that reached Node itself. */
  blame(error: unknown, what: string): void {
    (this.#current ?? this.#nobody).uncaught.push(`${what}: ${textOf(error)}`);
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
