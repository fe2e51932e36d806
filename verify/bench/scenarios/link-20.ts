import { throughputOver } from './link.js';

export const scenario = throughputOver(20, import.meta.url);
