import { throughputOver } from './link.js';

export const scenario = throughputOver(100, import.meta.url, { whole: 8 });
