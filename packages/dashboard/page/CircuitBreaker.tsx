import type { CircuitState } from '@breaking/core';
import { SHOWN_SECS } from '../src/counting/recentRate.js';
import { clockTime, duration, number } from '../src/format.js';
import type { BreakerView, CircuitBreakerView } from '../src/views/breakers.js';

/** A sign beside each colour, since not everybody tells them apart. */
const SIGNS: Readonly<Record<CircuitState, string>> = {
  closed: '✓ closed',
  open: '✕ open',
  halfOpen: '? half open',
};

/** One circuit breaker, or those of its keys. */
export function CircuitBreaker({ view }: { readonly view: CircuitBreakerView }) {
  const { name, states, breakers } = view;
  const all = states.closed + states.open + states.halfOpen;
  return (
    <article class="card">
      <h3>{name}</h3>
      {all > 1 && (
        <p class="quiet">
          {number(states.open)} open, {number(states.halfOpen)} half open, {number(states.closed)} closed
        </p>
      )}
      {breakers.map(breaker => (
        <Breaker key={breaker.id ?? ''} breaker={breaker} />
      ))}
      {all > breakers.length && <p class="quiet">and {number(all - breakers.length)} more</p>}
    </article>
  );
}

function Breaker({ breaker }: { readonly breaker: BreakerView }) {
  const { key, state, forSecs, retryAfterSecs, strip } = breaker;
  const wait = retryAfterSecs === null ? 'until it is reset' : `next probe in ${duration(retryAfterSecs)}`;
  return (
    <div class="breaker">
      <p>
        <span class={`state ${state}`}>{SIGNS[state]}</span>
        {key !== undefined && <bdi class="key">{key}</bdi>}
        {forSecs !== undefined && (
          <span class="quiet">
            for {duration(forSecs)}, since {clockTime(forSecs)}
          </span>
        )}
        {state === 'open' && <span>{wait}</span>}
      </p>
      <svg class="strip" viewBox={`0 0 ${SHOWN_SECS} 8`} preserveAspectRatio="none" role="img">
        <title>
          {strip.map(part => `${SIGNS[part.state]} from ${duration(part.fromSecsAgo)} ago`).join(', ')}
        </title>
        {strip.map(({ state, fromSecsAgo, toSecsAgo }) => (
          <rect
            key={fromSecsAgo}
            class={state}
            x={SHOWN_SECS - fromSecsAgo}
            width={Math.max(1, fromSecsAgo - toSecsAgo)}
            height="8"
          />
        ))}
      </svg>
    </div>
  );
}
