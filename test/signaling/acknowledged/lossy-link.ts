import type { MessageTransport } from 'scoped-rtc';

/** What happens to a message on its way. `at` is its place in the order of all that were sent in this direction. */
export type Fate = (at: number, text: string) => 'arrives' | 'lost' | 'twice';

interface End extends MessageTransport {
  /** Everything that was sent from this end. */
  readonly sent: string[];
}

/** Two ends of a transport of this process that treats messages as the test says; never delivers within the call. */
export function lossyLink(fate: Fate = () => 'arrives'): { left: End; right: End; cut(): void } {
  const receivers: [Receiver, Receiver] = [{}, {}];
  let isCut = false;
  const end = (from: 0 | 1): End => {
    const sent: string[] = [];
    const deliver = (text: string) => queueMicrotask(() => !isCut && receivers[1 - from]?.onMessage?.(text));
    return {
      sent,
      send(text) {
        if (isCut) throw new Error('the link is cut');
        const decided = fate(sent.push(text) - 1, text);
        if (decided !== 'lost') deliver(text);
        if (decided === 'twice') deliver(text);
      },
      subscribe(onMessage, onClosed) {
        receivers[from] = { onMessage, onClosed };
        return {
          [Symbol.dispose]() {
            receivers[from] = {};
          },
        };
      },
    };
  };
  return {
    left: end(0),
    right: end(1),
    cut() {
      isCut = true;
      for (const { onClosed } of receivers) onClosed?.();
    },
  };
}

interface Receiver {
  onMessage?: (message: unknown) => void;
  onClosed?: (reason?: unknown) => void;
}
