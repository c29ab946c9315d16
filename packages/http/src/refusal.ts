import type { Decision, HeaderFields } from '@breaking/core';
import { check, retryAfterField } from '@breaking/core/internal';
import type { Refusal } from './binding.js';

/** A problem's members (RFC 9457). */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly [member: string]: unknown;
}

/** What the option `problem` is told of a refusal. */
export interface Rejection {
  readonly status: 429 | 503;
  /** Seconds until the same request may be let in; Infinity when waiting cannot help. */
  readonly retryAfterSecs: number;
  /** The body that is sent by default. */
  readonly problem: Problem;
  /** The refusal of a rate limit. */
  readonly decision?: Decision;
}

const QUOTA_EXCEEDED = {
  type: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
  title: 'Request cannot be satisfied as assigned quota has been exceeded',
  status: 429,
};

const SERVICE_UNAVAILABLE = { type: 'about:blank', title: 'Service Unavailable', status: 503 };

/** Source: draft-ietf-httpapi-ratelimit-headers-11, "Quota Exceeded". */
export function quotaExceeded(decision: Decision): Rejection {
  const problem = { ...QUOTA_EXCEEDED, 'violated-policies': decision.violated };
  return { status: 429, retryAfterSecs: decision.retryAfterSecs, problem, decision };
}

export function serviceUnavailable(retryAfterSecs: number, decision?: Decision): Rejection {
  const problem = { ...SERVICE_UNAVAILABLE };
  return { status: 503, retryAfterSecs, problem, ...(decision === undefined ? {} : { decision }) };
}

const QUOTA_JSON = JSON.stringify(QUOTA_EXCEEDED).slice(0, -1);
const UNAVAILABLE_JSON = JSON.stringify(SERVICE_UNAVAILABLE);

/** The refusal that {@link quotaExceeded} describes, without making the description. */
export function quotaRefusal({ violated }: Decision, fields: Record<string, string>): Refusal {
  fields['Content-Type'] = 'application/problem+json';
  const body = `${QUOTA_JSON},"violated-policies":${JSON.stringify(violated)}}`;
  return { status: 429, headers: fields, body };
}

/** The refusal that {@link serviceUnavailable} describes. */
export function unavailableRefusal(fields: Record<string, string>): Refusal {
  fields['Content-Type'] = 'application/problem+json';
  return { status: 503, headers: fields, body: UNAVAILABLE_JSON };
}

/** The fields that every refusal has: no cache may keep it, and the client is told when to come back. */
export function refusalFields(retryAfterSecs: number): Record<string, string> {
  return { 'Cache-Control': 'no-store', ...retryAfterField(retryAfterSecs) };
}

/**
 * A refusal with its body: an object is sent as a problem, a string as plain text.
 * @throws TypeError for a body that is neither, or that JSON cannot say
 */
export function refusal(what: string, rejection: Rejection, body: unknown, fields: HeaderFields): Refusal {
  const isText = typeof body === 'string';
  if (!isText && (typeof body !== 'object' || body === null)) {
    throw new TypeError(`${what}: problem must return an object or a string, got ${check.shown(body)}`);
  }
  return {
    status: rejection.status,
    headers: { ...fields, 'Content-Type': isText ? 'text/plain; charset=utf-8' : 'application/problem+json' },
    body: isText ? body : jsonOf(what, body),
  };
}

function jsonOf(what: string, body: object): string {
  let json: string | undefined;
  try {
    json = JSON.stringify(body);
  } catch (error) {
    throw new TypeError(`${what}: problem must return what JSON can say: ${String(error)}`, { cause: error });
  }
  if (json === undefined) {
    throw new TypeError(`${what}: problem must return what JSON can say, got ${check.shown(body)}`);
  }
  return json;
}
