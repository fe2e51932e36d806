import { throughput } from './throughput.js';

export const scenario = throughput('throughput-64k', 65536, '64 kB', import.meta.url);
