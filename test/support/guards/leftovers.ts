import { afterAll } from 'vitest';
import { nothingLeft } from '../nothing-left.js';

// The files of a project may share a process: what one of them left would be the fault of the next.

afterAll(() => nothingLeft());
