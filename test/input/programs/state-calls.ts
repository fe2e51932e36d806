// Calls with every optional argument, in every state of a connection; prints how each ended. None may end the process.
import { type MediaDescription, type PeerConnection, RtcRuntime, type RtcScope } from 'scoped-rtc';
import { connectedPair } from '../../support/connected-pair.js';

const CREDENTIALS = { iceUfrag: 'abcdefgh', icePwd: 'abcdefghijklmnopqrstuvwx' };
const HOST = 'candidate:1 1 UDP 2122317823 127.0.0.1 9 typ host';
const VIDEO: MediaDescription = { kind: 'video', codecs: [{ codec: 'H264', payloadType: 96 }] };

async function offerOf(scope: RtcScope): Promise<{ type: 'offer'; sdp: string }> {
  const pc = scope.createPeerConnection('offerer');
  pc.createDataChannel('theirs');
  return pc.localDescription() as { type: 'offer'; sdp: string };
}

const STATES: Readonly<Record<string, (scope: RtcScope) => Promise<PeerConnection>>> = {
  new: async (scope) => scope.createPeerConnection('pc', { disableAutoNegotiation: true }),
  'with a channel': async (scope) => {
    const pc = scope.createPeerConnection('pc', { disableAutoNegotiation: true });
    pc.createDataChannel('chat');
    return pc;
  },
  'with a track': async (scope) => {
    const pc = scope.createPeerConnection('pc', { disableAutoNegotiation: true });
    pc.addTrack(VIDEO);
    return pc;
  },
  'have-local-offer': async (scope) => {
    const pc = scope.createPeerConnection('pc');
    pc.createDataChannel('chat');
    return pc;
  },
  'have-remote-offer': async (scope) => {
    const pc = scope.createPeerConnection('pc', { disableAutoNegotiation: true });
    pc.setRemoteDescription(await offerOf(scope));
    return pc;
  },
  answered: async (scope) => {
    const pc = scope.createPeerConnection('pc');
    pc.setRemoteDescription(await offerOf(scope));
    return pc;
  },
  'rolled back': async (scope) => {
    const pc = scope.createPeerConnection('pc');
    pc.createDataChannel('chat');
    pc.setLocalDescription('rollback');
    return pc;
  },
  offerer: async (scope) => (await connectedPair(scope)).alice,
  answerer: async (scope) => (await connectedPair(scope)).bob,
  'left by its peer': async (scope) => {
    const { alice, bob } = await connectedPair(scope);
    bob.abort();
    return alice;
  },
  closing: async (scope) => {
    const { alice } = await connectedPair(scope);
    void alice.close();
    return alice;
  },
  closed: async (scope) => {
    const pc = scope.createPeerConnection('pc');
    await pc.close();
    return pc;
  },
};

const CALLS: Readonly<Record<string, (pc: PeerConnection) => unknown>> = {
  ...Object.fromEntries(
    ([undefined, 'unspec', 'offer', 'answer', 'pranswer', 'rollback'] as const).flatMap((type) => [
      [`describe as ${type}`, (pc: PeerConnection) => pc.setLocalDescription(type)],
      [`describe as ${type}, credentials`, (pc: PeerConnection) => pc.setLocalDescription(type, CREDENTIALS)],
    ]),
  ),
  'rollback of the peer': (pc) => pc.setRemoteDescription({ type: 'rollback', sdp: '' }),
  'a candidate': (pc) => pc.addRemoteCandidate(HOST, '0'),
  'a candidate of no section': (pc) => pc.addRemoteCandidate(HOST, 'none'),
  'a channel': (pc) =>
    pc.createDataChannel('made', {
      protocol: 'p',
      ordered: false,
      maxRetransmits: 0,
      sendQueue: { bytes: 1 },
    }),
  'a negotiated channel': (pc) => pc.createDataChannel('', { negotiated: true, id: 7, maxPacketLifeTime: 5 }),
  'a track': (pc) => pc.addTrack({ ...VIDEO, mid: 'late', direction: 'SendRecv', bitrate: 100 }),
};

const results: Record<string, string> = {};
for (const [state, make] of Object.entries(STATES)) {
  for (const [name, call] of Object.entries(CALLS)) {
    await RtcRuntime.acquire('states', { timeout: 2000 }).run(async (scope) => {
      const pc = await make(scope);
      let said = 'accepted';
      try {
        await call(pc);
      } catch (error) {
        said = (error as { code?: string }).code ?? String(error);
      }
      results[`${state}: ${name}`] = said;
      await new Promise(setImmediate);
    });
  }
}
console.log(JSON.stringify({ results, held: RtcRuntime.shared.snapshot().natives.held }));
