import { CircuitBreaker, guarded, TooManyErrors } from '@breaking/express';
import expected from './expected.json';
import { statuses } from './service.js';

const breaker = new CircuitBreaker({ errorThreshold: 1, timeWindowSecs: 60 });

class Payments {
  @guarded(breaker)
  async pay(amount: number): Promise<number> {
    if (amount < 0) throw new RangeError('no such amount');
    return amount;
  }
}

test('limits requests and opens the breaker', async () => expect(await statuses()).toEqual(expected));

test('a guarded method', async () => {
  await expect(new Payments().pay(1)).resolves.toBe(1);
  await expect(new Payments().pay(-1)).rejects.toThrow(RangeError);
  await expect(new Payments().pay(1)).rejects.toThrow(TooManyErrors);
});
