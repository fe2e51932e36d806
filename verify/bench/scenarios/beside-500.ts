import { besideIdle } from './beside-idle.js';

export const scenario = besideIdle(500, import.meta.url);
