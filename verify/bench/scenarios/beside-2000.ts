import { besideIdle } from './beside-idle.js';

export const scenario = besideIdle(2000, import.meta.url);
