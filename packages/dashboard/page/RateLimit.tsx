import { number, policy } from '../src/format.js';
import type { RateLimitView } from '../src/snapshot.js';
import { Chart } from './Chart.js';

/** One rate limit: what it allows, how often it refuses, and whom. */
export function RateLimit({ limit }: { readonly limit: RateLimitView }) {
  const { name, limits, perSecond, totals, refusedKeys = [], sources = {} } = limit;
  const isFailing = (sources.local ?? 0) > 0;
  return (
    <article class="card">
      <h3>{name}</h3>
      <ul class="policies">
        {limits.map(each => (
          <li key={each.name}>
            {limits.length > 1 && <span class="quiet">{each.name}: </span>}
            {policy(each.capacityMax, each.restoreRateHz)}
          </li>
        ))}
      </ul>
      {totals === undefined || perSecond === undefined ? (
        <p class="empty">No request yet: send one.</p>
      ) : (
        <>
          <dl class="figures">
            <Figure kind="allowed" label="allowed" rate={perSecond.allowed} total={totals.allowed} />
            <Figure kind="refused" label="refused" rate={perSecond.refused} total={totals.refused} />
            <Figure
              kind="shadow"
              label="would be refused"
              rate={perSecond.wouldRefuse}
              total={totals.wouldRefuse}
            />
          </dl>
          <Chart perSecond={perSecond} />
          {isFailing && <p class="alarm">✕ The store fails: this process decides alone.</p>}
          {refusedKeys.length > 0 && (
            <table>
              <caption>Refused most</caption>
              <thead>
                <tr>
                  <th scope="col">key</th>
                  <th scope="col">refused</th>
                </tr>
              </thead>
              <tbody>
                {refusedKeys.map(({ id, key, count, error }) => (
                  <tr key={id}>
                    <td>
                      <bdi>{key}</bdi>
                    </td>
                    <td>
                      {error > 0 && 'up to '}
                      {number(count)}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </>
      )}
    </article>
  );
}

interface FigureProps {
  readonly kind: string;
  readonly label: string;
  readonly rate: readonly number[];
  readonly total: number;
}

function Figure({ kind, label, rate, total }: FigureProps) {
  return (
    <div class={`figure ${kind}`}>
      <dt>{label}</dt>
      <dd>
        <strong>{number(rate.at(-1) ?? 0)}</strong> a second
        <span class="quiet">{number(total)} in all</span>
      </dd>
    </div>
  );
}
