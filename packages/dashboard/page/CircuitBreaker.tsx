import type { CircuitState } from '@breaking/core';
import { SHOWN_SECS } from '../src/counting/recentRate.js';
import { duration, nextProbe, number } from '../src/format.js';
import type { BreakerView, CircuitBreakerView } from '../src/views/breakers.js';
import type { Act } from './act.js';
import { Card, type CardProps } from './Card.js';
import { Since } from './Since.js';

/** A sign next to each colour, since not everybody can distinguish the colours. */
const SIGNS: Readonly<Record<CircuitState, string>> = {
  closed: '✓ closed',
  open: '✕ open',
  halfOpen: '? half open',
};

/** The height of the strip, of 10, is lower if less is admitted, so that colour is not the only sign there either. */
const TOPS: Readonly<Record<CircuitState, number>> = { closed: 0, halfOpen: 3, open: 6 };

interface Props {
  readonly card: CardProps;
  readonly view: CircuitBreakerView;
  /** Absent if the page is read-only. */
  readonly act: Act | undefined;
}

/** One circuit breaker, or those of its keys. */
export function CircuitBreaker({ card, view, act }: Props) {
  const { name, states, breakers } = view;
  const all = states.closed + states.open + states.halfOpen;
  return (
    <Card {...card} name={name}>
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
    </Card>
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
      <div class="row">
        <p>
          <span class={`state ${state}`}>{SIGNS[state]}</span>
          {key !== undefined && <bdi class="key">{key}</bdi>}
          {state === 'open' && <span>{nextProbe(retryAfterSecs)}</span>}
        </p>
        {forSecs !== undefined && (
          <p class="quiet">
            <Since secs={forSecs} />
          </p>
        )}
        {act !== undefined && (
          <span class="buttons">
            <button
              type="button"
              aria-label={`Trip: ${shown}`}
              onClick={() =>
                act(
                  { action: 'tripBreaker', name, id },
                  `${shown} was tripped.`,
                  `Open ${shown} now? Its calls are refused until its cool-down is over.`,
                )
              }
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
      </div>
      <Strip breaker={breaker} />
    </div>
  );
}

/** Its states over the time of the charts. */
function Strip({ breaker: { strip } }: { readonly breaker: BreakerView }) {
  return (
    <svg class="strip" viewBox={`0 0 ${SHOWN_SECS} 10`} preserveAspectRatio="none" role="img">
      <title>
        {strip.map(part => `${SIGNS[part.state]} from ${duration(part.fromSecsAgo)} ago`).join(', ')}
      </title>
      {strip.map(({ state, fromSecsAgo }, i) => (
        <rect
          key={fromSecsAgo}
          class={state}
          x={SHOWN_SECS - fromSecsAgo}
          y={TOPS[state]}
          width={Math.max(2, fromSecsAgo - (strip[i + 1]?.fromSecsAgo ?? 0))}
          height={10 - TOPS[state]}
        />
      ))}
    </svg>
  );
}
