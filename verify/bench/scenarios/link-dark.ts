import { darkness } from './link.js';
import type { Scenario } from './scenario.js';

export const scenario: Scenario = { ...darkness, file: import.meta.url };
