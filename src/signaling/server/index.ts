export type { Departure, JoinRequest, MemberDescription } from '../wire/room-message.js';
export type { SignalingBroker } from './broker.js';
export { type NatsConnection, natsBroker } from './nats-broker.js';
export { type RedisClient, type RedisClients, redisBroker } from './redis-broker.js';
export type { ConnectionInfo, SignalingLimits, SignalingServerOptions } from './server-options.js';
export {
  type ServerMember,
  SignalingServer,
  type SignalingServerEvents,
  startSignalingServer,
} from './signaling-server.js';
