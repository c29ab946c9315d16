/// <reference lib="dom" />

/** The data of one rate for the page's script. */
export interface SliderRate {
  /** The rate in words. */
  readonly text: string;
  /** The code of a policy, with `BURST` in place of its burst. */
  readonly code: string;
  /** Its position on the chart. */
  readonly x: number;
  /** The bursts that clients need, ascending, with the number of clients and requests that each never refuses. */
  readonly bursts: readonly number[];
  readonly clients: readonly number[];
  readonly requests: readonly number[];
}

export interface SliderData {
  readonly rates: readonly SliderRate[];
  /** The rate that is selected at first. */
  readonly chosen: number;
  readonly clients: number;
  readonly requests: number;
  readonly largestBurst: number;
  /** The positions on the chart of burst 1 and of the largest. */
  readonly y: readonly [number, number];
}

/**
 * Runs in the page: shows which share of the clients a rate and a burst never refuse. It refers to nothing outside itself,
 * since its source text is put into the page.
 */
export function sliders(data: SliderData, percentText: (share: number) => string): void {
  const element = <E extends Element>(id: string) => document.getElementById(id) as unknown as E;
  const rate = element<HTMLInputElement>('rate');
  const burst = element<HTMLInputElement>('burst');
  const exact = element<HTMLInputElement>('exact');
  const STEPS = Number(burst.max);
  const stepOf = (value: number) => Math.round((STEPS * Math.log(value)) / Math.log(data.largestBurst));

  function show(): void {
    const chosen = data.rates[Number(rate.value)] as SliderRate;
    const value = Math.max(1, Math.floor(Number(exact.value)) || 1);
    let i = chosen.bursts.length - 1;
    while (i >= 0 && (chosen.bursts[i] as number) > value) i -= 1;
    const clients = chosen.clients[i] ?? 0;
    const requests = chosen.requests[i] ?? 0;
    element('rateText').textContent = chosen.text;
    element('code').textContent = chosen.code.replace('BURST', String(value));
    element('share').textContent =
      `${percentText(clients / data.clients)} of the clients (${clients.toLocaleString('en')} of ` +
      `${data.clients.toLocaleString('en')}) would never be refused. They made ${percentText(requests / data.requests)} of the requests.`;
    const [low, high] = data.y;
    const share = Math.min(1, Math.log(value) / Math.log(data.largestBurst));
    element('chosen').setAttribute('cx', String(chosen.x));
    element('chosen').setAttribute('cy', String(low + (high - low) * share));
    rate.setAttribute('aria-valuetext', chosen.text);
    burst.setAttribute('aria-valuetext', String(value));
  }

  rate.value = String(data.chosen);
  burst.value = String(stepOf(Number(exact.value)));
  rate.addEventListener('input', show);
  burst.addEventListener('input', () => {
    exact.value = String(Math.round(data.largestBurst ** (Number(burst.value) / STEPS)));
    show();
  });
  exact.addEventListener('input', () => {
    burst.value = String(stepOf(Math.max(1, Number(exact.value) || 1)));
    show();
  });
  show();
}
