import { CircuitBreaker } from '@breaking/core';

const breaker = new CircuitBreaker({ errorThreshold: 1, timeWindowSecs: 60 });

export const dynamic = 'force-dynamic';

async function work() {
  throw new Error('The upstream is down.');
}

export async function GET() {
  try {
    return new Response(await breaker.run(work));
  } catch (error) {
    return new Response(error.message, { status: error.status ?? 500, headers: error.headers });
  }
}
