import { render } from 'preact';
import { type Alarm, alarms } from '../src/alarms.js';
import { duration } from '../src/format.js';
import { type Act, asked } from './act.js';
import type { CardProps } from './Card.js';
import { CircuitBreaker } from './CircuitBreaker.js';
import { ConcurrencyLimit } from './ConcurrencyLimit.js';
import { cardId, Headline } from './Headline.js';
import { RateLimit } from './RateLimit.js';
import { ToldAt } from './Since.js';
import { Knowledge, type Known, type Silence } from './told.js';

interface PageProps extends Known {
  /** Shows the result of an action until the next one. */
  readonly say: (notice: string) => void;
}

const SILENCES: Readonly<Record<Silence, string>> = {
  connecting: 'Connecting to the server …',
  gone: '✕ The server is gone. This is what it said last.',
  forbidden: '✕ You may no longer see this. Reload the page.',
};

function Page({ told, toldAt, silence, notice, say }: PageProps) {
  if (told === undefined) return <p class="empty">{SILENCES[silence ?? 'connecting']}</p>;
  const { title, token, rateLimits, circuitBreakers, concurrencyLimits, countedForSecs = 0 } = told;
  const wrong = alarms(told);
  const sign = silence === undefined ? '' : '✕ ';
  document.title = sign + (wrong.length === 0 ? title : `(${wrong.length}) ${title}`);
  const alarmed = new Set(wrong.map(({ kind, index }) => cardId(kind, index)));
  /** The properties that all cards have. */
  const card = (kind: Alarm['kind'], index: number): CardProps => {
    const id = cardId(kind, index);
    return { id, isWrong: alarmed.has(id) };
  };
  const act: Act = (action, done, question) => {
    if (question === undefined || confirm(question)) void asked(action, token ?? '', done).then(say);
  };
  const allowed = token === undefined ? undefined : act;
  return (
    <ToldAt.Provider value={toldAt}>
      <header>
        <h1>
          <bdi>{title}</bdi>
        </h1>
        {silence === undefined && <p class="quiet">counted for {duration(countedForSecs)}</p>}
      </header>
      {silence !== undefined && <p class="headline bad what">{SILENCES[silence]}</p>}
      <main class={silence === undefined ? '' : 'stale'}>
        <Headline alarms={wrong} />
        <p class="notice" role="status">
          {notice}
        </p>
        <Section title="Rate limits">
          {rateLimits.map((limit, i) => (
            // Several limits may have the same name.
            <RateLimit
              key={`${i} ${limit.name}`}
              card={card('rateLimits', i)}
              limit={limit}
              countedForSecs={countedForSecs}
              act={allowed}
            />
          ))}
        </Section>
        <Section title="Circuit breakers">
          {circuitBreakers.map((view, i) => (
            <CircuitBreaker
              key={`${i} ${view.name}`}
              card={card('circuitBreakers', i)}
              view={view}
              act={allowed}
            />
          ))}
        </Section>
        <Section title="Concurrency limits">
          {concurrencyLimits.map((view, i) => (
            <ConcurrencyLimit
              key={`${i} ${view.name}`}
              card={card('concurrencyLimits', i)}
              view={view}
              countedForSecs={countedForSecs}
            />
          ))}
        </Section>
        {rateLimits.length + circuitBreakers.length + concurrencyLimits.length === 0 && (
          <p class="empty">Nothing is watched. Name limits and breakers in `watch`.</p>
        )}
      </main>
    </ToldAt.Provider>
  );
}

interface SectionProps {
  readonly title: string;
  readonly children: readonly unknown[];
}

function Section({ title, children }: SectionProps) {
  if (children.length === 0) return null;
  return (
    <section>
      <h2>{title}</h2>
      <div class="cards">{children as never}</div>
    </section>
  );
}

const app = document.getElementById('app');
if (app !== null) {
  const knowledge = new Knowledge(known => {
    render(<Page {...known} say={notice => knowledge.change({ notice })} />, app);
  });
  knowledge.listen();
}
