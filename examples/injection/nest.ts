/**
 * The runtime as a provider, in the manner of NestJS: classes get what they need by their constructor, and `onModuleDestroy`
 * is awaited when the application ends.
 *
 *     npx tsx examples/injection/nest.ts
 *
 * In NestJS itself: `providers: [{ provide: RtcRuntime, useValue: RtcRuntime.shared }, RtcService, EchoService]` with
 * `@Injectable()` on both classes, `app.enableShutdownHooks()`, and in a test
 * `.overrideProvider(RtcRuntime).useValue(new RtcRuntime({ native: createFakeBinding() }))`.
 */
import { memorySignaling, RtcRuntime, type RtcScope } from 'scoped-rtc';

/** Owns the root scope of the application. */
export class RtcService {
  readonly scope: RtcScope;

  constructor(runtime: RtcRuntime) {
    this.scope = runtime.scope('app');
  }

  onModuleDestroy(): Promise<void> {
    return this.scope.disposeAsync();
  }
}

/** One of the services that use it. A scope for each call: what a call leaves behind ends with it. */
export class EchoService {
  readonly #rtc: RtcService;

  constructor(rtc: RtcService) {
    this.#rtc = rtc;
  }

  async ask(text: string): Promise<string> {
    await using scope = this.#rtc.scope.fork('echo');
    const [alice, bob] = [scope.createPeerConnection('alice'), scope.createPeerConnection('bob')];
    const question = alice.createDataChannel('echo');
    const [left, right] = memorySignaling();
    await Promise.all([alice.negotiate(left), bob.negotiate(right)]);
    const answering = await bob.nextDataChannel();
    answering.on('message', (message) => void answering.send(String(message).toUpperCase()));
    await question.send(text);
    return String(await question.nextMessage());
  }
}

// What the framework does.
const rtc = new RtcService(RtcRuntime.shared);
console.log(await new EchoService(rtc).ask('hello'));
await rtc.onModuleDestroy();
