import { throughput } from './throughput.js';

export const scenario = throughput('throughput-100', 100, '100 B', import.meta.url);
