export { headlessBrowser } from './browser/browser.js';
