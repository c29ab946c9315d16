import { isThenable } from '@breaking/core/internal';
import type { Gate } from '@breaking/http';
import { refusalBy } from '@breaking/web/internal';
import type { Context, Next } from 'hono';
import { HonoExchange } from './honoExchange.js';
import { refusedException } from './refusedException.js';

const EXCHANGE = Symbol('breaking.exchange');

/**
 * A context that has passed a gate. Each request has its own, and applications do not replace it. Collecting the entries of a
 * WeakMap would take longer.
 */
interface Noted {
  [EXCHANGE]?: HonoExchange;
}

/**
 * Continues if the gate lets the request pass. The first gate of a request also handles its response on the way back.
 * @returns the response of the gate, if it refuses
 * @throws (rejects with) errors for Hono's error path
 */
export async function pass(
  gates: readonly Gate<HonoExchange, Context>[],
  c: Context & Noted,
  next: Next,
): Promise<Response | undefined> {
  const known = c[EXCHANGE];
  const exchange = known ?? new HonoExchange(c);
  if (known === undefined) c[EXCHANGE] = exchange;
  let refusal: ReturnType<typeof refusalBy>;
  try {
    refusal = refusalBy(gates, exchange);
    if (isThenable(refusal)) refusal = await refusal;
  } catch (error) {
    throw refusedException(error, exchange);
  }
  if (refusal !== undefined) return known === undefined ? exchange.answered(refusal) : refusal;
  if (known !== undefined) await next();
  else await follow(c, exchange, next);
  return undefined;
}

/** Hono answers errors before they return here, unless the thrown value is not an Error. */
async function follow(c: Context, exchange: HonoExchange, next: Next): Promise<void> {
  const handled = next();
  exchange.handled = handled;
  try {
    await handled;
  } catch (error) {
    exchange.failed(error);
    throw error;
  }
  const answer = exchange.answered(c.res);
  if (answer === c.res) return;
  // Otherwise Hono would copy all fields of the previous response to the next one.
  c.res = undefined;
  c.res = answer;
}
