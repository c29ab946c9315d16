import assert from 'node:assert/strict';

/** Checks the responses of the service on both platforms. */
export async function check(url: string): Promise<void> {
  const answers: unknown[] = [];
  for (const path of ['limited', 'limited', 'guarded', 'guarded', 'broken', 'broken', 'broken/too']) {
    const { status, headers } = await fetch(`${url}/${path}`);
    answers.push([path, status, headers.has('retry-after')]);
  }
  assert.deepEqual(answers, [
    ['limited', 200, false],
    ['limited', 429, true],
    ['guarded', 200, false],
    ['guarded', 429, true],
    ['broken', 500, false],
    ['broken', 503, true],
    ['broken/too', 503, true],
  ]);
}
