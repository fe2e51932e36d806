/**
 * Gives a class the `on…` attributes of its events: the function takes its place among the listeners when it is first set
 * (HTML, section 8.1.8.1). The class keeps what was set; `null` is "none".
 */
export function eventAttributes(type: { readonly prototype: EventTarget }, events: readonly string[]): void {
  for (const event of events) {
    const handlers = new WeakMap<EventTarget, { handler: unknown }>();
    Object.defineProperty(type.prototype, `on${event}`, {
      configurable: true,
      enumerable: true,
      get(this: EventTarget) {
        return handlers.get(this)?.handler ?? null;
      },
      set(this: EventTarget, value: unknown) {
        const handler = typeof value === 'function' || (typeof value === 'object' && value) ? value : null;
        const slot = handlers.get(this);
        if (slot) {
          slot.handler = handler;
          return;
        }
        const made = { handler };
        handlers.set(this, made);
        this.addEventListener(event, (given) => {
          if (typeof made.handler === 'function') made.handler.call(this, given);
        });
      },
    });
  }
}
