import { number } from '../src/format.js';
import type { ConcurrencyLimitView } from '../src/views/places.js';

/** One concurrency limit, or those of its keys: how many of how many places are taken. */
export function ConcurrencyLimit({ view }: { readonly view: ConcurrencyLimitView }) {
  const { name, keys, inFlight, limiters } = view;
  return (
    <article class="card">
      <h3>
        <bdi>{name}</bdi>
      </h3>
      {keys === 0 && <p class="empty">No request yet: send one.</p>}
      {keys > 1 && (
        <p class="quiet">
          {number(inFlight)} under way for {number(keys)} keys
        </p>
      )}
      {limiters.map(({ key, inFlight, limit }) => (
        <p key={key ?? ''}>
          {key !== undefined && <bdi class="key">{key}</bdi>}
          <meter min={0} max={limit} value={inFlight} aria-label={`${name}: requests under way`} />{' '}
          <strong>{number(inFlight)}</strong> of {number(limit)} under way
          {inFlight >= limit && <span class="alarm"> ✕ full</span>}
        </p>
      ))}
    </article>
  );
}
