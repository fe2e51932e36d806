import { teardown } from './teardown.js';

export const scenario = teardown(1000, import.meta.url);
