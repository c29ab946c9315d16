import { alarms } from '../src/alarms.js';
import { clockTime, duration } from '../src/format.js';
import type { Snapshot } from '../src/snapshot.js';

/** Is anything refused or open now, since when, and whom does it hit. */
export function Headline({ told }: { readonly told: Snapshot }) {
  const wrong = alarms(told);
  if (wrong.length === 0) return <p class="headline good">✓ Nothing is refused, nothing is open.</p>;
  return (
    <ul class="headline bad" aria-label="Refused or open now">
      {wrong.map(({ name, what, forSecs, more }) => (
        <li key={`${name} ${what}`}>
          ✕{' '}
          <strong>
            <bdi>{name}</bdi>
          </strong>{' '}
          {what}
          {forSecs !== undefined && ` for ${duration(forSecs)}, since ${clockTime(forSecs)}`}
          {more !== undefined && (
            <span class="more">
              <bdi>{more}</bdi>
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}
