/** How long the event loop stood still. */
export interface LoopWatch {
  /** Milliseconds of the longest block since the watch began, or since this was asked last. */
  longest(): number;
  end(): void;
}

export function watchLoop(): LoopWatch {
  let longest = 0;
  let last = performance.now();
  const look = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last - EVERY_MS);
    last = now;
  };
  const timer = setInterval(look, EVERY_MS);
  return {
    longest() {
      look();
      const found = Math.round(longest);
      longest = 0;
      return found;
    },
    end: () => clearInterval(timer),
  };
}

const EVERY_MS = 5;
