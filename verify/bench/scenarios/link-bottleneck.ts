import { bottleneck } from './link.js';
import type { Scenario } from './scenario.js';

export const scenario: Scenario = { ...bottleneck, file: import.meta.url };
