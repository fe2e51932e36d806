import { throughput } from './throughput.js';

export const scenario = throughput('throughput-1k', 1024, '1 kB', import.meta.url);
