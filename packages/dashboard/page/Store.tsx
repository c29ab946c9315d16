import type { DecisionSource, OnStoreError } from '@breaking/core';
import { number, percent } from '../src/format.js';
import type { RateLimitView } from '../src/snapshot.js';
import { Since } from './Since.js';

const INSTEAD: Readonly<Record<OnStoreError, string>> = {
  local: 'This process decides alone.',
  allow: 'Every request is allowed.',
  deny: 'Every request is refused.',
};

const SOURCES: Readonly<Record<DecisionSource, string>> = {
  store: 'the store',
  local: 'this process alone',
  denyCache: 'the deny cache',
  lease: 'a lease',
};

/** What decides, and whether the store answers. */
export function Store({ limit: { store, sources = {} } }: { readonly limit: RateLimitView }) {
  const entries = Object.entries(sources) as [DecisionSource, number][];
  const all = entries.reduce((sum, [, count]) => sum + count, 0);
  const shares = entries.map(([source, count]) => `${SOURCES[source]} ${percent(count / all)}`);
  return (
    <>
      {store?.failingForSecs !== undefined && (
        <p class="alarm">
          ✕ The store gives no answer ({store.error}) <Since secs={store.failingForSecs} />.{' '}
          {INSTEAD[store.onStoreError]}
        </p>
      )}
      {entries.length > 1 && <p class="quiet">decided by {shares.join(', ')}</p>}
      {store !== undefined && store.failingForSecs === undefined && (
        <p class="quiet">
          ✓ The store answers; it failed {number(store.errors)} times before ({store.error}).
        </p>
      )}
    </>
  );
}
