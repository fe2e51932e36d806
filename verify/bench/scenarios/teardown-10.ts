import { teardown } from './teardown.js';

export const scenario = teardown(10, import.meta.url);
