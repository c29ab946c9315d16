import type { Alarm } from '../src/alarms.js';
import { Since } from './Since.js';

/** What is refused or open now, since when, and which keys it affects. */
export function Headline({ alarms }: { readonly alarms: readonly Alarm[] }) {
  if (alarms.length === 0) return <p class="headline good">✓ Nothing is refused, nothing is open.</p>;
  return (
    <ul class="headline bad" aria-label="Refused or open now">
      {alarms.map(({ kind, index, name, what, forSecs, more }) => (
        <li key={`${kind} ${index} ${what}`}>
          <span class="what">
            ✕{' '}
            <a href={`#${cardId(kind, index)}`}>
              <bdi>{name}</bdi>
            </a>{' '}
            {what}
          </span>
          <span class="since">{forSecs !== undefined && <Since secs={forSecs} />}</span>
          <bdi class="more">{more}</bdi>
        </li>
      ))}
    </ul>
  );
}

/** The id of a limit's or breaker's card. Names are not unique, indices are. */
export function cardId(kind: Alarm['kind'], index: number): string {
  return `${kind}-${index}`;
}
