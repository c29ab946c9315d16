import { recentMean } from '../src/counting/recentMean.js';
import { number } from '../src/format.js';
import type { ConcurrencyLimitView } from '../src/views/places.js';
import { Card, type CardProps } from './Card.js';

interface Props {
  readonly card: CardProps;
  readonly view: ConcurrencyLimitView;
  readonly countedForSecs: number;
}

/** One concurrency limit, or those of its keys: how many places are taken, and how many requests are refused. */
export function ConcurrencyLimit({ card, view, countedForSecs }: Props) {
  const { name, keys, inFlight, limiters, refused } = view;
  return (
    <Card {...card} name={name}>
      {keys === 0 && <p class="empty">No request yet: send one.</p>}
      {keys > 1 && (
        <p class="quiet">
          {number(inFlight)} under way for {number(keys)} keys
        </p>
      )}
      {limiters.map(({ key, inFlight, limit }) => (
        <div class="places" key={key ?? ''}>
          <p>
            {key !== undefined && <bdi class="key">{key}</bdi>}
            <span>
              <strong>{number(inFlight)}</strong> of {number(limit)} under way
            </span>
            {inFlight >= limit && <span class="alarm">✕ full</span>}
          </p>
          <Gauge share={inFlight / limit} />
        </div>
      ))}
      {refused !== undefined && (
        <p class="quiet">
          {number(recentMean(refused.perSecond, countedForSecs))} refused a second, {number(refused.total)} in
          all
        </p>
      )}
    </Card>
  );
}

/** A bar for the share in the text next to it. */
function Gauge({ share }: { readonly share: number }) {
  return (
    <svg class="gauge" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
      <rect class="track" width={100} height={8} />
      <rect class={share >= 1 ? 'full' : 'taken'} width={100 * Math.min(1, share)} height={8} />
    </svg>
  );
}
