import { throughputOver } from './link.js';

export const scenario = throughputOver(200, import.meta.url);
