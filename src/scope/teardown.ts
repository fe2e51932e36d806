import { RtcTimeoutError } from '../errors/rtc-error.js';
import { type Clock, holdProcess } from '../time/clock.js';
import { Deadline, type DeadlineOptions } from '../time/deadline.js';
import { NOTHING_LOST, TeardownLog, type TeardownReport, type TeardownStep } from './teardown-report.js';
import type { TeardownCause } from './node-behaviour.js';
import type { OwnedNode } from './node.js';
import { beginTeardown, flattenSubtree, forksAndHandles, type Stage, stagesOf } from './order.js';
import { type Steps, Tasks } from './tasks.js';

export interface TeardownHost {
  readonly clock: Clock;
  /** Called once for every teardown that was started, when it has ended. */
  tornDown(root: OwnedNode, report: TeardownReport, error: unknown): void;
}

/**
 * Ends `root` and all it owns. Resolves when everything is released; rejects with the errors, chained as the language
 * chains them. For a node that is ending already, resolves when it has ended.
 */
export function teardown(
  root: OwnedNode,
  cause: TeardownCause,
  host: TeardownHost,
  bound: DeadlineOptions,
): Promise<void> {
  if (root.phase !== 'live') return root.ending.settled;
  const deadline = new Deadline(host.clock, bound);
  root.claim(deadline);
  // Stored before any work is done, so that a nested call finds it.
  let settle!: Settle;
  const started = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject };
  });
  root.ending.started = started;
  new TeardownRun(host, root, deadline).start(cause, settle);
  return started;
}

/** A member that has begun to end, with the deadline for it and for everything that it owns. */
interface Branch {
  readonly node: OwnedNode;
  readonly cause: TeardownCause;
  readonly deadline: Deadline;
  readonly log: TeardownLog;
}

/** A member of a subtree that drains, with the milliseconds that this has taken. */
interface DrainedMember {
  readonly node: OwnedNode;
  ms: number;
  failure?: { readonly error: unknown };
}

/** A subtree that drains, in the order in which its members are released, which begins when all `waits` have ended. */
interface Draining {
  readonly members: readonly DrainedMember[];
  since: number;
  readonly waits: Promise<void>[];
}

/**
 * One teardown. A scope is ended in stages, one after the other; see `stagesOf`. The members of one stage end at the
 * same time. Nothing here is recursive.
 */
class TeardownRun {
  readonly #host: TeardownHost;
  readonly #root: OwnedNode;
  readonly #deadline: Deadline;
  readonly #startedAt: number;
  readonly #tasks = new Tasks();
  readonly #log = new TeardownLog();
  readonly #ordered: ReadonlySet<OwnedNode>;

  constructor(host: TeardownHost, root: OwnedNode, deadline: Deadline) {
    this.#host = host;
    this.#root = root;
    this.#deadline = deadline;
    this.#startedAt = host.clock.now();
    this.#ordered = beginTeardown(root);
  }

  start(cause: TeardownCause, { resolve, reject }: Settle): void {
    const letProcessGo = holdProcess();
    const branch = { node: this.#root, cause, deadline: this.#deadline, log: this.#log };
    this.#tasks.start(this.#end(branch), (failure) => {
      if (failure) this.#log.failed(failure.error);
      this.#deadline[Symbol.dispose]();
      letProcessGo();
      const { report, errors } = this.#log.result();
      this.#host.tornDown(this.#root, report, errors.error);
      if (errors.failed) reject(errors.error);
      else resolve();
    });
  }

  /** Ends a member that is claimed already. */
  *#end(branch: Branch): Steps {
    const { node, cause, deadline, log } = branch;
    if (node.behaviour.turn === undefined) {
      const draining = this.#claimBranch(node, cause, log);
      yield* this.#startDraining(draining, log);
      yield* this.#release([draining], log);
      return;
    }
    this.#begin(node, cause, log);
    for (const stage of stagesOf(node, this.#ordered)) yield* this.#endStage(stage, branch);
    yield* this.#releaseOne(node, deadline, log);
  }

  *#endStage({ how, members }: Stage, { deadline, log }: Branch): Steps {
    const [only] = members;
    if (how === 'drained') yield* this.#endDrained(members, deadline, log);
    else if (how === 'alone' && only!.children.size === 0 && only!.claim(deadline)) {
      // A user's disposer runs right here: the language does not spend more microtasks on it either.
      this.#begin(only!, 'owner', log);
      yield* this.#releaseOne(only!, deadline, log);
    } else yield* this.#endBeside(members, log, (node, part) => this.#endMember(node, deadline, part));
  }

  *#endMember(node: OwnedNode, owner: Deadline, log: TeardownLog): Steps {
    const deadline = deadlineOf(node, owner);
    if (node.claim(deadline)) yield* this.#end({ node, cause: 'owner', deadline, log });
    else yield this.#waitFor(node, owner);
  }

  /** Ends all members at the same time, begun in order. A member on which another depends waits for that one. */
  *#endBeside(
    members: readonly OwnedNode[],
    log: TeardownLog,
    end: (node: OwnedNode, log: TeardownLog) => Steps,
  ): Steps {
    const plans = new Map(
      members.map((node) => [node, { log: log.part(), waitsFor: 0, unblocks: [] as OwnedNode[] }]),
    );
    // The links are read first: a member that has ended has none.
    for (const [node, plan] of plans) {
      for (const dependent of node.dependents) if (plans.has(dependent)) plan.waitsFor++;
      for (const dependency of node.dependencies) if (plans.has(dependency)) plan.unblocks.push(dependency);
    }
    let left = members.length;
    yield (resume) => {
      const start = (node: OwnedNode) => {
        const plan = plans.get(node)!;
        this.#tasks.start(end(node, plan.log), (failure) => {
          if (failure) plan.log.failed(failure.error);
          for (const next of plan.unblocks) if (--plans.get(next)!.waitsFor === 0) start(next);
          if (--left === 0) resume();
        });
      };
      // `Tasks` runs the task that was started last first.
      for (const node of members.toReversed()) if (plans.get(node)!.waitsFor === 0) start(node);
    };
  }

  /** Drains all members at the same time, then releases them in order, neighbouring forks at the same time. */
  *#endDrained(members: readonly OwnedNode[], deadline: Deadline, log: TeardownLog): Steps {
    // All are claimed before the first one drains, which a peer in the same scope would notice, and end by itself.
    const draining = new Map<OwnedNode, Draining>();
    for (const node of members) {
      const branch = node.claim(deadlineOf(node, deadline))
        ? this.#claimBranch(node, 'owner', log)
        : { members: [], since: 0, waits: [this.#waitFor(node, deadline)] };
      draining.set(node, branch);
    }
    for (const branch of draining.values()) yield* this.#startDraining(branch, log);
    for (const run of forksAndHandles(members)) {
      if (run.forks && run.members.length > 1) {
        yield* this.#endBeside(run.members, log, (node, part) => this.#release([draining.get(node)!], part));
      } else {
        yield* this.#release(
          run.members.map((node) => draining.get(node)!),
          log,
        );
      }
    }
  }

  /** Begins to end `root`, which is claimed already, and everything that it owns. Nothing drains yet. */
  #claimBranch(root: OwnedNode, cause: TeardownCause, log: TeardownLog): Draining {
    const waits: Promise<void>[] = [];
    // Owners first: they begin before what they own, and their deadline bounds it.
    const claimed = flattenSubtree(root)
      .reverse()
      .filter((node) => {
        if (node === root || node.claim(deadlineOf(node, node.parent!.ending.deadline!))) return true;
        waits.push(this.#waitFor(node, root.ending.deadline!));
        return false;
      });
    for (const node of claimed) this.#begin(node, node === root ? cause : 'owner', log);
    return { members: claimed.reverse().map((node) => ({ node, ms: 0 })), since: 0, waits };
  }

  *#startDraining(branch: Draining, log: TeardownLog): Steps {
    const since = this.#host.clock.now();
    branch.since = since;
    for (const member of branch.members) {
      if (this.#tasks.slice.over) yield this.#tasks.slice.next();
      const drain = this.#drain(member.node, log);
      if (!drain) continue;
      const ended = () => {
        member.ms = this.#host.clock.now() - since;
      };
      branch.waits.push(
        drain.then(ended, (error: unknown) => {
          ended();
          member.failure = { error };
        }),
      );
    }
  }

  /** Waits until all of `draining` have drained, then releases them one by one. */
  *#release(draining: readonly Draining[], log: TeardownLog): Steps {
    const waits = draining.flatMap((each) => each.waits);
    if (waits.length > 0) yield Promise.all(waits);
    for (const { members, since } of draining) {
      for (const { node, ms, failure } of members) {
        if (this.#tasks.slice.over) yield this.#tasks.slice.next();
        if (failure) log.failed(failure.error);
        yield* this.#releaseOne(node, node.ending.deadline!, log, ms, since);
      }
    }
  }

  #begin(node: OwnedNode, cause: TeardownCause, log: TeardownLog): void {
    try {
      node.behaviour.begin?.(cause);
    } catch (error) {
      log.failed(error);
    }
  }

  #drain(node: OwnedNode, log: TeardownLog): Promise<void> | undefined {
    try {
      return node.behaviour.drain?.(node.ending.deadline!);
    } catch (error) {
      log.failed(error);
      return undefined;
    }
  }

  *#releaseOne(
    node: OwnedNode,
    deadline: Deadline,
    log: TeardownLog,
    drainMs = 0,
    drainedSince?: number,
  ): Steps {
    const { path, kind, behaviour } = node;
    const started = this.#host.clock.now();
    let outcome: TeardownStep['outcome'] = 'closed';
    try {
      const confirmed = behaviour.release(deadline);
      if (!(typeof confirmed === 'boolean' ? confirmed : yield confirmed)) outcome = 'forced';
    } catch (error) {
      outcome = error instanceof RtcTimeoutError ? 'forced' : 'failed';
      log.failed(error);
    }
    const ended = this.#host.clock.now();
    if (!behaviour.unreported?.()) {
      const from = drainMs > 0 ? (drainedSince ?? started) : started;
      node.ending.step = {
        path,
        kind,
        outcome,
        ms: drainMs + ended - started,
        drainMs,
        startedAt: from - this.#startedAt,
        endedAt: ended - this.#startedAt,
        ...(behaviour.loss?.() ?? NOTHING_LOST),
      };
      log.step(node.ending.step);
    }
    node.markEnded();
    behaviour.afterEnd?.();
    node.ending.settle();
  }

  /** Another teardown ends `node`: waits for that, and forces it when the deadline of this teardown passes. */
  async #waitFor(node: OwnedNode, deadline: Deadline): Promise<void> {
    if (node.ending.done) return;
    if (await deadline.within(node.ending.settled)) return;
    node.ending.deadline?.force();
    await node.ending.settled;
  }
}

/** The deadline of a member, inside that of its owner. */
function deadlineOf(node: OwnedNode, owner: Deadline): Deadline {
  const { teardownTimeout, turn } = node.behaviour;
  // A callback of `beforeEnd` that hangs must leave time for the rest.
  if (turn === 'first') return owner.nested(teardownTimeout ?? owner.remaining / 2);
  // A handle has a deadline of its own, so that a later `close()` can shorten it for this handle alone.
  if (teardownTimeout === undefined) return owner.nested();
  // A deep chain of forks shares one deadline.
  return teardownTimeout < owner.remaining ? owner.nested(teardownTimeout) : owner;
}

interface Settle {
  resolve(): void;
  reject(error: unknown): void;
}
