import { readFileSync } from 'node:fs';
import { storeContract } from '@breaking/testkit';
import { expect, test } from 'vitest';
import { RowBucketStore, type Rows } from './rowBucketStore.js';
import { inSteppingTime } from './steppingTime.js';

/** Rows in a Map, each locked while it is changed, as in a transaction. */
class LockedRows implements Rows {
  readonly #rows = new Map<string, string | undefined>();
  readonly #locks = new Map<string, Promise<void>>();

  update(key: string, change: (row: string | undefined) => string | undefined): Promise<void> {
    const updated = (this.#locks.get(key) ?? Promise.resolve()).then(async () => {
      const row = await this.#rows.get(key);
      this.#rows.set(key, change(row));
    });
    this.#locks.set(key, updated);
    return updated;
  }
}

storeContract('the example of STORES.md', () => inSteppingTime(new RowBucketStore(new LockedRows())), {
  reserve: false,
});

test.each(['rowBucketStore.ts', 'steppingTime.ts'])('STORES.md shows %s exactly as it is tested', file => {
  const page = readFileSync(new URL('../../core/STORES.md', import.meta.url), 'utf8');
  const source = readFileSync(new URL(file, import.meta.url), 'utf8');
  expect(page).toContain(`\`\`\`ts\n${source}\`\`\`\n`);
});
