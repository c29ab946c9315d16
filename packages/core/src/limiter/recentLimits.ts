import type { BucketPolicy, Limit, Limits } from '../bucket/policy.js';

/** How many are kept. A service has few plans. */
const KEPT = 8;

interface Checked {
  readonly named: readonly Limit[];
  readonly isSingle: boolean;
  /** The given policies, if they are frozen, as those of `perMinute` and similar functions are. Otherwise they may change. */
  readonly frozen: readonly (BucketPolicy | undefined)[];
}

/**
 * The limits that recent calls were given, already checked. A service with plans passes the same few again and again,
 * as the same objects or as equal ones. Checking them takes 5 to 8 times as long as a decision.
 */
export class RecentLimits {
  readonly #check: (limits: Limits) => readonly Limit[];
  readonly #recent: Checked[] = [];
  #next = 0;

  /** @param check throws for wrong limits */
  constructor(check: (limits: Limits) => readonly Limit[]) {
    this.#check = check;
  }

  /** @throws what `check` throws */
  of(limits: Limits): readonly Limit[] {
    const recent = this.#recent;
    for (let i = 0; i < recent.length; i++) {
      const checked = recent[i] as Checked;
      if (saysTheSame(limits, checked)) return checked.named;
    }
    return this.#learn(limits);
  }

  #learn(limits: Limits): readonly Limit[] {
    const named = this.#check(limits);
    const isSingle = !((named[0]?.name as string) in limits);
    const policies: readonly BucketPolicy[] = isSingle ? [limits as BucketPolicy] : Object.values(limits);
    const frozen = policies.map(policy => (Object.isFrozen(policy) ? policy : undefined));
    this.#recent[this.#next] = { named, isSingle, frozen };
    this.#next = (this.#next + 1) % KEPT;
    return named;
  }
}

/** Whether limits equal these, which were checked: the same names and numbers in the same order. */
function saysTheSame(limits: Limits, { named, isSingle, frozen }: Checked): boolean {
  if (typeof limits !== 'object' || limits === null) return false;
  if (isSingle) return limits === frozen[0] || isPolicyOf(limits as BucketPolicy, named[0] as Limit);
  let i = 0;
  for (const name in limits) {
    const limit = named[i];
    const policy = (limits as Readonly<Record<string, BucketPolicy>>)[name];
    if (limit?.name !== name || policy === undefined) return false;
    if (policy !== frozen[i] && !isPolicyOf(policy, limit)) return false;
    i += 1;
  }
  return i === named.length;
}

function isPolicyOf(policy: BucketPolicy | null, limit: Limit): boolean {
  if (policy?.capacityMax !== limit.capacityMax || policy.restoreRateHz !== limit.restoreRateHz) return false;
  let count = 0;
  for (const _ in policy) count++;
  return count === 2;
}
