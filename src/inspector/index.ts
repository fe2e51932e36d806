export { type Inspector, openInspector } from './inspector.js';
export type { InspectorOptions } from './inspector-options.js';
