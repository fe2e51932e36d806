import { besideIdle } from './beside-idle.js';

export const scenario = besideIdle(100, import.meta.url);
