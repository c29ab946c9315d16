/**
 * What the server's clock reads, as far as its answers tell: each was written between sending and receiving, so its
 * time bounds how far the two clocks lie apart. The estimate moves as little as the latest answer demands. A server's
 * clock that jumps, or another server after a failover, is followed with the next answer.
 */
export class ServerTime {
  /** The server's microseconds minus this process's. */
  #offset: number | undefined;

  /** The server's time in microseconds at a moment of {@link localMicros}; 0 where it has not answered yet. */
  at(micros: number): number {
    return this.#offset === undefined ? 0 : micros + this.#offset;
  }

  /** An answer of that time was asked for and received at these moments of {@link localMicros}. */
  learn(serverMicros: number, askedAt: number, receivedAt: number): void {
    const most = serverMicros - askedAt;
    const least = serverMicros - receivedAt;
    // At first the earliest that it can be: an answer that the client held back for seconds must not make others late.
    this.#offset = Math.min(Math.max(this.#offset ?? least, least), most);
  }
}

/** This process's monotonic clock. */
export function localMicros(): number {
  return performance.now() * 1000;
}
