/**
 * An HTTP server that can also be asked over data channels: a page connects with one POST request, without a signaling
 * server, and from then on asks by messages. With Fastify.
 *
 *     npm install fastify tsx
 *     npx tsx examples/http-gateway.ts [PORT]      then open the address that it prints
 *
 * The application gets its runtime from outside: a test gives `buildGateway` one with a binding in memory.
 */
import { RtcRuntime } from 'scoped-rtc';
import { buildGateway } from './http-gateway/gateway.js';

const runtime = RtcRuntime.shared;
const gateway = buildGateway(runtime);
runtime.installSignalHandlers({ exitCode: 0, onShutdown: () => gateway.close() });
console.log(await gateway.listen({ port: Number(process.argv[2] ?? 0), host: '127.0.0.1' }));
