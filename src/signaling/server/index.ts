export type { JoinRequest } from '../wire/room-message.js';
export type { SignalingBroker } from './broker.js';
export { type NatsConnection, natsBroker } from './nats-broker.js';
export type { SignalingLimits, SignalingServerOptions } from './server-options.js';
export { SignalingServer, startSignalingServer } from './signaling-server.js';
