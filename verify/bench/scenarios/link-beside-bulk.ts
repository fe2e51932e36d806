import { queueing } from './link.js';
import type { Scenario } from './scenario.js';

export const scenario: Scenario = { ...queueing, file: import.meta.url };
