import type { LimitReport, Result } from '../src/counting/limitCounts.js';
import { recentMean } from '../src/counting/recentMean.js';
import { duration, number, percent, policy } from '../src/format.js';
import type { RateLimitView } from '../src/snapshot.js';
import type { Act } from './act.js';
import { Card, type CardProps } from './Card.js';
import { Chart } from './Chart.js';
import { KeyButtons, KeyForm } from './KeyActions.js';
import { Store } from './Store.js';

interface Props {
  readonly card: CardProps;
  readonly limit: RateLimitView;
  readonly countedForSecs: number;
  /** Absent if the page is read-only. */
  readonly act: Act | undefined;
}

/** One rate limit: what it allows, how often it refuses, and which keys. */
export function RateLimit({ card, limit, countedForSecs, act }: Props) {
  const { name, limits, perSecond, totals, refusedKeys = [] } = limit;
  return (
    <Card {...card} name={name}>
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
          <Figures perSecond={perSecond} totals={totals} countedForSecs={countedForSecs} />
          <Chart perSecond={perSecond} countedForSecs={countedForSecs} />
          <Store limit={limit} />
          {refusedKeys.length > 0 && <RefusedKeys name={name} keys={refusedKeys} act={act} />}
        </>
      )}
      {act !== undefined && <KeyForm act={act} name={name} />}
    </Card>
  );
}

interface FiguresProps {
  readonly perSecond: LimitReport['perSecond'];
  readonly totals: LimitReport['totals'];
  readonly countedForSecs: number;
}

/** The colours of the chart, and their meaning. */
const FIGURES: readonly (readonly [Result, string])[] = [
  ['allowed', 'allowed'],
  ['refused', 'refused'],
  ['wouldRefuse', 'would refuse'],
];

/** Rates per second, over the last ten seconds. Shadow mode is shown if there is any. */
function Figures({ perSecond, totals, countedForSecs }: FiguresProps) {
  const shown = FIGURES.filter(([result]) => result !== 'wouldRefuse' || totals.wouldRefuse > 0);
  const rateOf = (result: Result) => recentMean(perSecond[result], countedForSecs);
  const all = FIGURES.reduce((sum, [result]) => sum + rateOf(result), 0);
  return (
    <dl class="figures">
      {shown.map(([result, label]) => (
        <div class={`figure ${result}`} key={result}>
          <dt>
            {label}
            {result !== 'allowed' && rateOf(result) > 0 && ` ${percent(rateOf(result) / all)}`}
          </dt>
          <dd>
            <strong>{number(rateOf(result))}</strong> a second
            <span class="quiet">{number(totals[result])} in all</span>
          </dd>
        </div>
      ))}
    </dl>
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
          <th scope="col">times</th>
          {act !== undefined && <th scope="col">change</th>}
        </tr>
      </thead>
      <tbody>
        {keys.map(({ id, key, count, error, blockedForSecs }) => (
          <tr key={id}>
            <td>
              <bdi>{key}</bdi>
              {blockedForSecs !== undefined && (
                <span class="alarm"> ✕ blocked {untilWhen(blockedForSecs)}</span>
              )}
            </td>
            <td>
              {error > 0 && 'up to '}
              {number(count)}
            </td>
            {act !== undefined && (
              <td>
                <KeyButtons act={act} name={name} id={id} shown={key} />
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** @param secs how long a block lasts; null if only a reset ends it */
function untilWhen(secs: number | null): string {
  return secs === null ? 'until it is reset' : `for ${duration(secs)}`;
}
