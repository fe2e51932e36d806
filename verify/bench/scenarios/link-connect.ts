import { connecting } from './link.js';
import type { Scenario } from './scenario.js';

export const scenario: Scenario = { ...connecting, file: import.meta.url };
