type Callback = (state: string) => void;

/** Stands for a native of the addon that has ended and on which every call would throw. */
export class EndedNative {
  readonly #label: string;
  #ended: Callback | undefined;

  constructor(label = '') {
    this.#label = label;
  }

  close(): void {
    this.#ended?.('closed');
  }

  onStateChange(callback: Callback): void {
    this.#ended = callback;
  }

  onClosed(callback: Callback): void {
    this.#ended = callback;
  }

  onDataChannel(): void {}
  onOpen(): void {}
  onError(): void {}
  onMessage(): void {}

  isOpen(): boolean {
    return false;
  }

  bufferedAmount(): number {
    return 0;
  }

  maxMessageSize(): number {
    return 0;
  }

  getLabel(): string {
    return this.#label;
  }

  getProtocol(): string {
    return '';
  }

  /** As the addon says when there is no stream. */
  getId(): number {
    return 65_535;
  }

  state(): string {
    return 'closed';
  }

  path(): undefined {}

  remoteAddress(): undefined {}
}
