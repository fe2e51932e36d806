import { readFile } from 'node:fs/promises';
import { fastify, type FastifyInstance } from 'fastify';
import { type CompleteDescription, type DataChannel, RtcError, type RtcRuntime } from 'scoped-rtc';

/** What a page asks over its channel; the answer has the same `id`. */
interface Question {
  readonly id: number;
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly body?: object;
}

/** The application; it knows that there is a runtime, not which one. Closing it ends every connection. */
export function buildGateway(runtime: RtcRuntime): FastifyInstance {
  // A browser opens connections ahead of requests, and nothing else would end those.
  const app = fastify({ forceCloseConnections: true });
  // A visitor that has vanished is not waited for any longer when the gateway ends.
  const rtc = runtime.scope('gateway', { timeout: 3_000 });
  app.addHook('onClose', () => rtc.disposeAsync());

  app.get('/time', () => ({ now: new Date().toISOString() }));
  app.post('/sum', ({ body }) => ({ sum: (body as number[]).reduce((sum, term) => sum + term, 0) }));

  // One offer, one answer, both with their candidates: that is all the signaling there is.
  app.post<{ Body: CompleteDescription<'offer'> }>('/connect', async ({ body: offer }, reply) => {
    const pc = rtc.createPeerConnection('visitor');
    try {
      const answer = await pc.answer(offer, { timeout: 5_000 });
      pc.nextDataChannel({ timeout: 30_000 })
        .then((channel) => serve(app, channel))
        .then(() => pc.close())
        .catch((error: unknown) => pc.abort(error)); // nobody came, or it was no question
      return answer;
    } catch (error) {
      void pc.abort(error);
      // What the library does not understand is the visitor's mistake, too.
      const isTheirs =
        error instanceof TypeError || (error instanceof RtcError && error.code === 'RTC_NATIVE');
      return reply.code(isTheirs ? 400 : 500).send({ error: (error as Error).message });
    }
  });

  app.get('/', async (_, reply) =>
    reply.type('text/html').send(await readFile(new URL('index.html', import.meta.url))),
  );
  return app;
}

/** Answers each question by the same routes that HTTP requests go to, until the peer closes. */
async function serve(app: FastifyInstance, channel: DataChannel): Promise<void> {
  for await (const message of channel) {
    const { id, method, url, body } = JSON.parse(String(message)) as Question;
    const { statusCode, payload } = await app.inject({ method, url, ...(body ? { payload: body } : {}) });
    await channel.send(JSON.stringify({ id, status: statusCode, body: payload }));
  }
}
