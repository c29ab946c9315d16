/**
 * An estimate of the server's clock. The server writes each response between sending and receiving, so the time in it bounds
 * the difference between the two clocks. The estimate changes by the least that fits the latest response. When the server's
 * clock jumps, or another server takes over, the next response corrects it.
 */
export class ServerTime {
  /** The server's microseconds minus this process's. */
  #offset: number | undefined;

  /** The server's time in microseconds at a moment of {@link localMicros}; 0 before its first response. */
  at(micros: number): number {
    return this.#offset === undefined ? 0 : micros + this.#offset;
  }

  /**
   * Updates the estimate from a response with the server's time. `askedAt` and `receivedAt` are moments of {@link
   * localMicros}.
   */
  learn(serverMicros: number, askedAt: number, receivedAt: number): void {
    const most = serverMicros - askedAt;
    const least = serverMicros - receivedAt;
    // The first estimate is the earliest possible one. The client may have queued the command for seconds before it sent it,
    // and a later estimate would make the server treat punctual commands as late.
    this.#offset = Math.min(Math.max(this.#offset ?? least, least), most);
  }
}

/** This process's monotonic clock. */
export function localMicros(): number {
  return performance.now() * 1000;
}
