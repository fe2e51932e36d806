/** What went through channels: payload that was accepted for sending, and payload that reached the process. */
export interface TrafficFigures {
  readonly messagesSent: number;
  readonly messagesReceived: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
}

/** What went through the channels that have ended; added to once a channel, never for a message. */
export class Traffic implements TrafficFigures {
  messagesSent = 0;
  messagesReceived = 0;
  bytesSent = 0;
  bytesReceived = 0;

  add(figures: TrafficFigures): void {
    this.messagesSent += figures.messagesSent;
    this.messagesReceived += figures.messagesReceived;
    this.bytesSent += figures.bytesSent;
    this.bytesReceived += figures.bytesReceived;
  }
}
