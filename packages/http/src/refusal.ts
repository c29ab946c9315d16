import type { Decision, HeaderFields } from '@breaking/core';
import { ceilSecs, check } from '@breaking/core/internal';
import type { Refusal } from './binding.js';

/** A problem's members (RFC 9457). */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly [member: string]: unknown;
}

/**
 * What the option `problem` gets about a refusal: the members of the default problem, and three properties that are not
 * enumerable. So `{ ...rejection, code: 17 }` is that problem plus a code, and reveals nothing else to clients.
 */
export interface Rejection extends Problem {
  readonly status: 429 | 503;
  /** Seconds until the same request may be allowed; Infinity when waiting cannot help. */
  readonly retryAfterSecs: number;
  /** The problem that is sent by default. */
  readonly problem: Problem;
  /** The refusal of a rate limit. */
  readonly decision?: Decision;
}

/** A body in a custom format, sent unchanged. */
export interface OwnBody {
  readonly contentType: string;
  readonly body: string;
}

/** The result of the option `problem`: an object is sent as a problem (RFC 9457), a string as plain text. */
export type ProblemBody = Problem | OwnBody | object | string;

const QUOTA_EXCEEDED = {
  type: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
  title: 'Request cannot be satisfied as assigned quota has been exceeded',
  status: 429,
};

const SERVICE_UNAVAILABLE = { type: 'about:blank', title: 'Service Unavailable', status: 503 };

/** Source: draft-ietf-httpapi-ratelimit-headers-11, "Quota Exceeded". */
export function quotaExceeded(decision: Decision): Rejection {
  const problem = { ...QUOTA_EXCEEDED, 'violated-policies': violatedBy(decision) };
  return rejectionOf(problem, decision.retryAfterSecs, decision);
}

export function serviceUnavailable(retryAfterSecs: number, decision?: Decision): Rejection {
  return rejectionOf({ ...SERVICE_UNAVAILABLE }, retryAfterSecs, decision);
}

function rejectionOf(problem: Problem, retryAfterSecs: number, decision: Decision | undefined): Rejection {
  return Object.defineProperties(
    { ...problem },
    {
      retryAfterSecs: { value: retryAfterSecs },
      problem: { value: problem },
      ...(decision !== undefined && { decision: { value: decision } }),
    },
  ) as Rejection;
}

/** A block is listed as in the header field. No limit can have its name. */
function violatedBy({ violated, blocked }: Decision): readonly string[] {
  return blocked ? BLOCK : violated;
}

const BLOCK: readonly string[] = ['block'];

const QUOTA_JSON = JSON.stringify(QUOTA_EXCEEDED).slice(0, -1);
const UNAVAILABLE_JSON = JSON.stringify(SERVICE_UNAVAILABLE);

/** The bodies of {@link quotaExceeded} refusals, without the descriptions. The last one is cached. */
export class QuotaBodies {
  #violated: readonly string[] | undefined;
  #body = '';

  of(decision: Decision): string {
    const violated = violatedBy(decision);
    if (violated !== this.#violated) {
      this.#violated = violated;
      this.#body = `${QUOTA_JSON},"violated-policies":${JSON.stringify(violated)}}`;
    }
    return this.#body;
  }
}

export function quotaRefusal(body: string, fields: Record<string, string>): Refusal {
  fields['Content-Type'] = 'application/problem+json';
  return { status: 429, headers: fields, body };
}

/** The refusal with the body of {@link serviceUnavailable}. */
export function unavailableRefusal(fields: Record<string, string>): Refusal {
  fields['Content-Type'] = 'application/problem+json';
  return { status: 503, headers: fields, body: UNAVAILABLE_JSON };
}

/** The fields of every refusal: no cache may store it, and the client learns when to retry. */
export function refusalFields(retryAfterSecs: number): Record<string, string> {
  const fields: Record<string, string> = { 'Cache-Control': 'no-store' };
  if (Number.isFinite(retryAfterSecs)) fields['Retry-After'] = String(ceilSecs(retryAfterSecs));
  return fields;
}

/**
 * A refusal with the body that the option `problem` returned.
 * @throws TypeError for a body that cannot be sent or serialised as JSON
 */
export function refusal(what: string, rejection: Rejection, body: unknown, fields: HeaderFields): Refusal {
  const { contentType, text } = asBody(what, body);
  return { status: rejection.status, headers: { ...fields, 'Content-Type': contentType }, body: text };
}

function asBody(what: string, body: unknown): { readonly contentType: string; readonly text: string } {
  if (typeof body === 'string') return { contentType: 'text/plain; charset=utf-8', text: body };
  if (typeof body !== 'object' || body === null) {
    throw new TypeError(`${what}: problem must return an object or a string, got ${check.shown(body)}`);
  }
  if (!isOwnBody(body)) return { contentType: 'application/problem+json', text: jsonOf(what, body) };
  const contentType = check.asString(`${what}: contentType of problem`, body.contentType);
  return { contentType, text: check.asString(`${what}: body of problem`, body.body) };
}

/** These two members distinguish it from a problem, which has others. */
function isOwnBody(body: object): body is OwnBody {
  const names = Object.keys(body);
  return names.length === 2 && names.includes('contentType') && names.includes('body');
}

function jsonOf(what: string, body: object): string {
  let json: string | undefined;
  try {
    json = JSON.stringify(body);
  } catch (error) {
    throw new TypeError(`${what}: problem must return a value that JSON can represent: ${String(error)}`, {
      cause: error,
    });
  }
  if (json === undefined) {
    throw new TypeError(
      `${what}: problem must return a value that JSON can represent, got ${check.shown(body)}`,
    );
  }
  return json;
}
