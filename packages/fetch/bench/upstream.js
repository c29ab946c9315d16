/**
 * An upstream in simulated time, as a function of fetch's type. It serves `places` requests at a time at full speed. With
 * more under way it loses throughput: at twice the load each takes 2^1.5 times as long. It does not notice when a client
 * gives up. During the outage it answers 503 after 5 ms.
 */
export class Upstream {
  /** @param {{ places: number, serviceSecs: number, outage: readonly [number, number], random: () => number }} options */
  constructor({ places, serviceSecs, outage, random }) {
    this.places = places;
    this.serviceSecs = serviceSecs;
    this.outage = outage;
    this.random = random;
    this.underWay = 0;
    /** @type {number[]} the seconds at which requests came */
    this.requests = [];
    /** @type {typeof fetch} */
    this.fetch = (_input, init) => this.answer(init?.signal ?? undefined);
  }

  /**
   * @param {AbortSignal | undefined} signal
   * @returns {Promise<Response>}
   */
  answer(signal) {
    return new Promise((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason));
      const now = performance.now() / 1000;
      this.requests.push(now);
      if (now >= this.outage[0] && now < this.outage[1]) {
        setTimeout(() => resolve(new Response('down', { status: 503 })), 5);
        return;
      }
      this.underWay += 1;
      const slowness = Math.max(1, this.underWay / this.places) ** 1.5;
      setTimeout(
        () => {
          this.underWay -= 1;
          resolve(new Response('served'));
        },
        this.exponential(this.serviceSecs * slowness) * 1000,
      );
    });
  }

  /** @param {number} mean */
  exponential(mean) {
    return -Math.log(1 - this.random()) * mean;
  }
}
