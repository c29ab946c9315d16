/** What @breaking/hono uses. It may change with any version: do not import it. */

export { checkAddressed, refusalBy } from './gates.js';
export { WebExchange } from './webExchange.js';
