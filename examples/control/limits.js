/** `node limits.js OPERATION LIMIT KEY [SECS]`, or `node limits.js change LIMIT JSON`. */
import { RateLimiter } from '@breaking/core';
import { RedisBucketStore } from '@breaking/redis';
import { operations } from './control.js';
import { client, LIMIT } from './service.js';

const [operation = '', name = 'api', key = '', secs = '3600'] = process.argv.slice(2);
const operate = operations[operation];
if (!operate) throw new Error(`OPERATION must be one of ${Object.keys(operations)}, got "${operation}"`);
const limits = JSON.parse((await client.hget('limits', name)) ?? JSON.stringify(LIMIT));
const store = new RedisBucketStore({ client, deadlineSecs: 10 });
const asked = { key, secs: Number(secs), limits: operation === 'change' && JSON.parse(key) };
console.log((await operate(new RateLimiter({ name, limits, store }), asked, client)) ?? 'done');
client.disconnect();
