export { second as passed } from './lib.js';
