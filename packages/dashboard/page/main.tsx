import { render } from 'preact';
import { duration, number } from '../src/format.js';
import type { ConcurrencyLimitView } from '../src/views/places.js';
import { CircuitBreaker } from './CircuitBreaker.js';
import { RateLimit } from './RateLimit.js';
import { type Known, listen, type Told } from './told.js';

function Page({ told, isConnected }: Known) {
  if (told === undefined)
    return <p class="empty">{isConnected ? 'Waiting.' : 'Connecting to the server …'}</p>;
  document.title = told.title;
  const { rateLimits, circuitBreakers, concurrencyLimits, countedForSecs = 0 } = told;
  return (
    <>
      <header>
        <h1>
          <bdi>{told.title}</bdi>
        </h1>
        <p class="quiet">
          {isConnected
            ? `counted for ${duration(countedForSecs)}`
            : '✕ The server is gone. This is what it said last.'}
        </p>
      </header>
      <Headline told={told} />
      <main>
        <Section title="Rate limits" none="None is watched.">
          {rateLimits.map(limit => (
            <RateLimit key={limit.name} limit={limit} />
          ))}
        </Section>
        <Section title="Circuit breakers" none="None has been called yet.">
          {circuitBreakers.map(view => (
            <CircuitBreaker key={view.name} view={view} />
          ))}
        </Section>
        <Section title="Concurrency limits" none="None has been called yet.">
          {concurrencyLimits.map(view => (
            <Places key={view.name} view={view} />
          ))}
        </Section>
      </main>
    </>
  );
}

/** Whether anything is refused or open now. */
function Headline({ told: { rateLimits, circuitBreakers } }: { readonly told: Told }) {
  const refused = rateLimits.filter(({ perSecond }) => perSecond?.refused.slice(-5).some(rate => rate > 0));
  const open = circuitBreakers.filter(({ states }) => states.open + states.halfOpen > 0);
  if (refused.length + open.length === 0)
    return <p class="headline good">✓ Nothing is refused, nothing is open.</p>;
  const names = [
    ...refused.map(({ name }) => `${name} refuses requests`),
    ...open.map(({ name, states: { closed, open, halfOpen } }) => {
      const all = closed + open + halfOpen;
      return all > 1
        ? `${name} is open for ${number(open + halfOpen)} of ${number(all)} keys`
        : `${name} is open`;
    }),
  ];
  return <p class="headline bad">✕ {names.join(', ')}.</p>;
}

interface SectionProps {
  readonly title: string;
  /** Said when there is nothing in it. */
  readonly none: string;
  readonly children: readonly unknown[];
}

function Section({ title, none, children }: SectionProps) {
  return (
    <section>
      <h2>{title}</h2>
      {children.length === 0 ? <p class="empty">{none}</p> : <div class="cards">{children as never}</div>}
    </section>
  );
}

function Places({ view: { name, keys, inFlight, limiters } }: { readonly view: ConcurrencyLimitView }) {
  return (
    <article class="card">
      <h3>{name}</h3>
      {keys > 1 && (
        <p class="quiet">
          {number(inFlight)} under way for {number(keys)} keys
        </p>
      )}
      {limiters.map(({ key, inFlight, limit }) => (
        <p key={key ?? ''}>
          {key !== undefined && <bdi class="key">{key}</bdi>}
          <meter min={0} max={limit} value={inFlight} /> <strong>{number(inFlight)}</strong> of{' '}
          {number(limit)} under way
        </p>
      ))}
    </article>
  );
}

const app = document.getElementById('app');
if (app !== null) listen(known => render(<Page {...known} />, app));
