import { duration, number, policy } from '../src/format.js';
import type { RateLimitView } from '../src/snapshot.js';
import type { Act } from './act.js';
import { Chart } from './Chart.js';
import { KeyButtons, KeyForm } from './KeyActions.js';
import { Store } from './Store.js';

interface Props {
  readonly limit: RateLimitView;
  readonly countedForSecs: number;
  /** Absent where the page is read-only. */
  readonly act: Act | undefined;
}

/** One rate limit: what it allows, how often it refuses, and whom. */
export function RateLimit({ limit, countedForSecs, act }: Props) {
  const { name, limits, perSecond, totals, refusedKeys = [] } = limit;
  return (
    <article class="card">
      <h3>
        <bdi>{name}</bdi>
      </h3>
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
          <Chart perSecond={perSecond} countedForSecs={countedForSecs} />
          <Store limit={limit} />
          {refusedKeys.length > 0 && <RefusedKeys name={name} keys={refusedKeys} act={act} />}
        </>
      )}
      {act !== undefined && <KeyForm act={act} name={name} />}
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

interface RefusedKeysProps {
  readonly name: string;
  readonly keys: NonNullable<RateLimitView['refusedKeys']>;
  readonly act: Act | undefined;
}

function RefusedKeys({ name, keys, act }: RefusedKeysProps) {
  return (
    <table>
      <caption>Refused most, in the last {duration(1200)} at most</caption>
      <thead>
        <tr>
          <th scope="col">key</th>
          {act !== undefined && <th scope="col">change</th>}
          <th scope="col">times</th>
        </tr>
      </thead>
      <tbody>
        {keys.map(({ id, key, count, error }) => (
          <tr key={id}>
            <td>
              <bdi>{key}</bdi>
            </td>
            {act !== undefined && (
              <td>
                <KeyButtons act={act} name={name} id={id} shown={key} />
              </td>
            )}
            <td>
              {error > 0 && 'up to '}
              {number(count)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
