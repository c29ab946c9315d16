import { TimeoutError } from './errors.js';

/**
 * What `answer` settles with, or a rejection once `deadlineSecs` have passed. An answer that comes later is dropped, a
 * late rejection too. The timer is gone as soon as either happens.
 * @throws TimeoutError
 */
export function within<T>(what: string, deadlineSecs: number, answer: PromiseLike<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new TimeoutError(what, deadlineSecs)), deadlineSecs * 1000);
    Promise.resolve(answer)
      .then(resolve, reject)
      .finally(() => clearTimeout(timer));
  });
}
