import { CircuitBreaker } from '@breaking/core';

/** The upstream gave no answer, or not this one: to our own clients a 502. */
class UpstreamFailed extends Error {
  status = 502;
  statusCode = 502;
}

/**
 * How many pieces of an item are in stock, asked from the upstream through a circuit breaker. Five failures in a row
 * open it. While it is open `inStock` rejects at once with TooManyErrors, which every framework answers with a 503.
 * @param {string} url the upstream's
 * @param {object} [options]
 * @param {() => AbortSignal} [options.timeout] gives each call up when this aborts, by default after a second
 * @param {import('@breaking/core').Clock} [options.clock] another clock, for tests
 * @param {(message: import('@breaking/core').TransitionMessage) => void} [options.onTransition]
 */
export function createStock(url, { timeout = () => AbortSignal.timeout(1000), clock, onTransition } = {}) {
  const breaker = new CircuitBreaker({
    name: 'stock',
    errorThreshold: 5,
    timeWindowSecs: 60,
    cooldownSecs: 2,
    cooldownMaxSecs: 8,
    clock,
    onTransition,
  });

  const inStock = breaker.wrap(async (/** @type {string} */ item) => {
    try {
      const answer = await fetch(`${url}/stock/${item}`, { signal: timeout() });
      if (!answer.ok) throw new Error(`it answered ${answer.status}`);
      return /** @type {{ inStock: number }} */ (await answer.json());
    } catch (cause) {
      throw new UpstreamFailed('The upstream failed', { cause });
    }
  });

  return { breaker, inStock };
}

/** @typedef {ReturnType<typeof createStock>} Stock */
