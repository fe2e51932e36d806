import { throughputOver } from './link.js';

export const scenario = throughputOver(0, import.meta.url, { whole: 0.95 });
