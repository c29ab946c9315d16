import type { CircuitState } from '@breaking/core';
import { SHOWN_SECS } from '../src/counting/recentRate.js';
import { clockTime, duration, nextProbe, number } from '../src/format.js';
import type { BreakerView, CircuitBreakerView } from '../src/views/breakers.js';
import type { Act } from './act.js';

/** A sign beside each colour, since not everybody tells them apart. */
const SIGNS: Readonly<Record<CircuitState, string>> = {
  closed: '✓ closed',
  open: '✕ open',
  halfOpen: '? half open',
};

interface Props {
  readonly view: CircuitBreakerView;
  /** Absent where the page is read-only. */
  readonly act: Act | undefined;
}

/** One circuit breaker, or those of its keys. */
export function CircuitBreaker({ view, act }: Props) {
  const { name, states, breakers } = view;
  const all = states.closed + states.open + states.halfOpen;
  return (
    <article class="card">
      <h3>
        <bdi>{name}</bdi>
      </h3>
      {all === 0 && <p class="empty">No call yet: send a request.</p>}
      {all > 1 && (
        <p class="quiet">
          {number(states.open)} open, {number(states.halfOpen)} half open, {number(states.closed)} closed
        </p>
      )}
      {breakers.map(breaker => (
        <Breaker key={breaker.id ?? ''} name={name} breaker={breaker} act={act} />
      ))}
      {breakers.length > 0 && (
        <p class="scale quiet" aria-hidden="true">
          <span>−10 min</span>
          <span>now</span>
        </p>
      )}
      {all > breakers.length && <p class="quiet">and {number(all - breakers.length)} more</p>}
    </article>
  );
}

interface BreakerProps {
  readonly name: string;
  readonly breaker: BreakerView;
  readonly act: Act | undefined;
}

function Breaker({ name, breaker, act }: BreakerProps) {
  const { id, key, state, forSecs, retryAfterSecs } = breaker;
  const shown = key === undefined ? name : `${name} ${key}`;
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
        {state === 'open' && <span>{nextProbe(retryAfterSecs)}</span>}
        {act !== undefined && (
          <span class="buttons">
            <button
              type="button"
              aria-label={`Trip: ${shown}`}
              onClick={() => act({ action: 'tripBreaker', name, id }, `${shown} was tripped.`)}
            >
              Trip
            </button>
            <button
              type="button"
              aria-label={`Reset: ${shown}`}
              onClick={() => act({ action: 'resetBreaker', name, id }, `${shown} was reset.`)}
            >
              Reset
            </button>
          </span>
        )}
      </p>
      <Strip breaker={breaker} />
    </div>
  );
}

/** Its states over the time that the charts show. */
function Strip({ breaker: { strip } }: { readonly breaker: BreakerView }) {
  return (
    <svg class="strip" viewBox={`0 0 ${SHOWN_SECS} 8`} preserveAspectRatio="none" role="img">
      <title>
        {strip.map(part => `${SIGNS[part.state]} from ${duration(part.fromSecsAgo)} ago`).join(', ')}
      </title>
      {strip.map(({ state, fromSecsAgo, toSecsAgo }) => (
        <rect
          key={fromSecsAgo}
          class={state}
          x={SHOWN_SECS - fromSecsAgo}
          // What was open is lower, so that its colour is not the only sign.
          y={state === 'closed' ? 0 : 3}
          width={Math.max(2, fromSecsAgo - toSecsAgo)}
          height={state === 'closed' ? 8 : 5}
        />
      ))}
    </svg>
  );
}
