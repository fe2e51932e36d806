import { throughputOver } from './link.js';

export const scenario = throughputOver(50, import.meta.url, { whole: 3, lossy: 3 });
