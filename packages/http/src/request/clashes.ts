import type { Visit } from './visit.js';

/** A mistake in how the limits of one request fit together. */
export interface Clash {
  readonly code: string;
  readonly message: string;
}

const DEFAULT_LABEL = '"default"';

/** The mistake in showing this visit together with the others of its request, if there is one. */
export function clashOf(visits: readonly Visit[], visit: Visit): Clash | undefined {
  if (visits.length < 2 || !isShown(visit)) return undefined;
  for (const other of visits) {
    if (other === visit || !isShown(other)) continue;
    if (!hasSameFormats(other, visit)) {
      return {
        code: 'BREAKING_HEADERS_CLASH',
        message: `limits of different headers (${other.formats.join(', ')} and ${visit.formats.join(', ')}) apply to one request, so its header fields do not show all of them. Give them the same headers.`,
      };
    }
    if (isUnnamed(other) && isUnnamed(visit)) {
      return {
        code: 'BREAKING_NAMES_CLASH',
        message:
          'two limits without a name apply to one request, so clients see two members "default". Give each a name.',
      };
    }
  }
  return undefined;
}

function isShown({ decision, isEnforced, formats }: Visit): boolean {
  return decision !== undefined && isEnforced && formats.length > 0;
}

function hasSameFormats(a: Visit, b: Visit): boolean {
  return a.formats.length === b.formats.length && a.formats.every(format => b.formats.includes(format));
}

function isUnnamed({ quotas, formats }: Visit): boolean {
  return formats.includes('draft-11') && quotas.each.some(({ label }) => label === DEFAULT_LABEL);
}
