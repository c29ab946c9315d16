/** Preloaded into a child: it measures the packages of another checkout, at `BREAKING_BASE`, instead of ours. */
import { register } from 'node:module';
import { pathToFileURL } from 'node:url';

const base = JSON.stringify(`${pathToFileURL(process.env.BREAKING_BASE ?? '')}/packages/bench/package.json`);
// What an older checkout does not have is taken from this one, and is not measured. Node uses the last parent.
const hooks = `export async function resolve(specifier, context, next) {
  const { parentURL } = context;
  const isOurs = specifier.startsWith('@breaking/') && parentURL?.includes('/packages/bench/');
  if (!isOurs) return next(specifier, context);
  return next(specifier, { ...context, parentURL: ${base} }).catch(() => next(specifier, { ...context, parentURL }));
}`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
