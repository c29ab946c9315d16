import type { RedisContender } from '../redisContender.js';

/** The cost of running any script on a key. */
export const contender: RedisContender = {
  name: 'an empty script',
  role: 'floor',
  packages: ['ioredis'],
  can: () => true,
  async open(client) {
    const sha1 = String(await client.script('LOAD', "return '1'"));
    return key => client.evalsha(sha1, 1, key);
  },
};
