import { teardown } from './teardown.js';

export const scenario = teardown(100, import.meta.url);
