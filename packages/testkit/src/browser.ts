export { headlessBrowser, SLOWEST_MS } from './browser/browser.js';
