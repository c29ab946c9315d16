import { CircuitBreaker } from '@breaking/core';

/** The upstream gave no response, or one of 500 and above. Our own clients get a 502. */
class UpstreamFailed extends Error {
  status = 502;
  statusCode = 502;
}

/** The upstream works, but has no such item. Our own clients get a 404. */
class NoSuchItem extends Error {
  status = 404;
  statusCode = 404;
}

/**
 * How many pieces of an item are in stock, from the upstream through a circuit breaker. Five failures in a burst open
 * it, whatever succeeds in between; one of them is forgiven every twelve seconds. While it is open, `inStock` rejects
 * at once with TooManyErrors, which every framework answers with a 503.
 * @param {string} url the URL of the upstream
 * @param {object} [options]
 * @param {() => AbortSignal} [options.timeout] makes the signal that aborts a call, by default after a second
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
    errorTypes: [UpstreamFailed],
    clock,
    onTransition,
  });

  const inStock = breaker.wrap(async (/** @type {string} */ item) => {
    const answer = await asked(`${url}/stock?item=${encodeURIComponent(item)}`, timeout());
    if (answer === undefined) throw new NoSuchItem('The upstream knows of no such item');
    return answer;
  });

  return { breaker, inStock };
}

/**
 * @param {string} url
 * @param {AbortSignal} signal
 * @returns {Promise<{ inStock: number } | undefined>} undefined if the upstream answers with a 4xx
 */
async function asked(url, signal) {
  try {
    const answer = await fetch(url, { signal });
    if (answer.status >= 500) throw new Error(`it answered ${answer.status}`);
    return answer.ok ? /** @type {{ inStock: number }} */ (await answer.json()) : undefined;
  } catch (cause) {
    throw new UpstreamFailed('The upstream failed', { cause });
  }
}

/** @typedef {ReturnType<typeof createStock>} Stock */
