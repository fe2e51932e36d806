import { throughput } from './throughput.js';

export const scenario = throughput('throughput-16k', 16384, '16 kB', import.meta.url);
