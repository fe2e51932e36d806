const WARM_UP_MS = 250;

export interface Rate {
  readonly perSecond: number;
  /** Microseconds of processor time for each, all threads of the process together; a busy machine hardly moves it. */
  readonly processorUs: number;
}

/** Lets `work` go on while it is asked to, and says how fast `count()` grew in the measured part of that time. */
export async function rate(
  seconds: number,
  count: () => number,
  work: (going: () => boolean) => Promise<void>,
): Promise<Rate> {
  let going = true;
  const failed = work(() => going).then(() => new Promise<never>(() => {}));
  const measure = async (): Promise<Rate> => {
    await sleep(WARM_UP_MS);
    const before = count();
    const usage = process.cpuUsage();
    const started = performance.now();
    await sleep(seconds * 1000);
    const grown = count() - before;
    const passed = performance.now() - started;
    const { user, system } = process.cpuUsage(usage);
    going = false;
    return { perSecond: (grown * 1000) / passed, processorUs: (user + system) / grown };
  };
  return Promise.race([measure(), failed]);
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
