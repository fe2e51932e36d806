import type { DataChannelInitConfig, RtcConfig } from 'node-datachannel';
import type { NativePeerConnection } from '../../native/binding.js';
import type { ChannelCore } from './channel-core.js';
import { readChannelInit, readConfig } from './configuration.js';
import { ConnectionCore } from './connection-core.js';
import { FakeDataChannel } from './fake-data-channel.js';
import type { FakeHost } from './fake-host.js';
import { FakeNative } from './fake-native.js';
import { readCandidate } from './session-description.js';
import { MAX_STREAMS } from './stream-table.js';

type Native = NativePeerConnection;
type StateCallback = (state: string) => void;

export class FakePeerConnection extends FakeNative implements Native {
  readonly name: string;
  readonly #last: ConnectionCore;
  /** Gone after `close()`. */
  #core: ConnectionCore | undefined;

  constructor(host: FakeHost, name: string, config: RtcConfig) {
    super(host, 'PeerConnection', [name, config]);
    readConfig(name, config);
    this.name = name;
    this.#last = new ConnectionCore(host, this.id, name, config);
    this.#core = this.#last;
    host.host(this);
  }

  get nativeState(): string {
    return this.#last.state;
  }

  close(): void {
    this.call('close', [], () => this.shutDown());
  }

  shutDown(): void {
    this.#core?.close();
    this.#core = undefined;
    this.release('onStateChange');
  }

  vanish(): void {
    this.#last.vanish();
  }

  setLocalDescription(...args: Parameters<Native['setLocalDescription']>): void {
    this.call('setLocalDescription', args, () => {
      const core = this.#need('setLocalDescription');
      const [type = 'unspec', init] = args;
      if (args.length > 0 && typeof args[0] !== 'string') throw new TypeError('type (String) expected');
      const known = ['answer', 'offer', 'pranswer', 'rollback'];
      const wanted = `${type.charAt(0).toLowerCase()}${type.slice(1)}`;
      try {
        core.signaling.setLocal(known.includes(wanted) ? wanted : 'unspec', init);
      } catch (error) {
        // No try/catch in the addon: the process would be gone (H10).
        this.abort('setLocalDescription', error);
      }
    });
  }

  setRemoteDescription(...args: Parameters<Native['setRemoteDescription']>): void {
    this.call('setRemoteDescription', args, () => {
      const core = this.#need('setRemoteDescription');
      const [sdp, type] = args;
      if (typeof sdp !== 'string' || typeof type !== 'string') throw new TypeError('String,String expected');
      wrapped('while adding remote description', () => core.signaling.setRemote(sdp, type));
    });
  }

  addRemoteCandidate(candidate: string, mid: string): void {
    this.call('addRemoteCandidate', [candidate, mid], () => {
      const core = this.#need('addRemoteCandidate');
      if (typeof candidate !== 'string' || typeof mid !== 'string')
        throw new TypeError('String, String expected');
      wrapped('while adding remote candidate', () => core.signaling.addRemoteCandidate(candidate));
    });
  }

  createDataChannel(...args: [label: string, config?: DataChannelInitConfig]): FakeDataChannel {
    return this.call('createDataChannel', args, () => {
      const core = this.#need('createDataChannel');
      const { label, protocol, negotiated, id, reliability } = readChannelInit(args);
      return wrapped('while creating datachannel', () => {
        if (id !== undefined && id >= MAX_STREAMS) throw new Error('DataChannel stream id is too high');
        const origin = negotiated ? 'negotiated' : 'outgoing';
        const channel = this.host.nextId('DataChannel');
        return this.#wrap(core.createChannel(channel, label, protocol, origin, id, reliability));
      });
    });
  }

  localDescription(): ReturnType<Native['localDescription']> {
    return this.call(
      'localDescription',
      [],
      () => (this.#core?.signaling.localDescription ?? null) as ReturnType<Native['localDescription']>,
    );
  }

  remoteDescription(): ReturnType<Native['remoteDescription']> {
    return this.call(
      'remoteDescription',
      [],
      () => (this.#core?.signaling.remoteDescription ?? null) as ReturnType<Native['remoteDescription']>,
    );
  }

  /** The number 0 once closed, whatever the type says. */
  remoteFingerprint(): ReturnType<Native['remoteFingerprint']> {
    return this.call('remoteFingerprint', [], () => {
      if (this.#core === undefined) return 0 as never;
      return this.#core.signaling.fingerprint ?? { value: '', algorithm: 'sha-1' };
    });
  }

  state(): ReturnType<Native['state']> {
    return this.call('state', [], () => (this.#core?.state ?? 'closed') as ReturnType<Native['state']>);
  }

  iceState(): ReturnType<Native['iceState']> {
    return this.call(
      'iceState',
      [],
      () => (this.#core?.iceState ?? 'closed') as ReturnType<Native['iceState']>,
    );
  }

  signalingState(): ReturnType<Native['signalingState']> {
    return this.call(
      'signalingState',
      [],
      () => (this.#core?.signaling.state ?? 'stable') as ReturnType<Native['signalingState']>,
    );
  }

  gatheringState(): ReturnType<Native['gatheringState']> {
    return this.call(
      'gatheringState',
      [],
      () => (this.#core?.signaling.gathering ?? 'complete') as ReturnType<Native['gatheringState']>,
    );
  }

  hasMedia(): boolean {
    return false;
  }

  bytesSent(): number {
    return this.call('bytesSent', [], () => this.#core?.bytesSent ?? 0);
  }

  bytesReceived(): number {
    return this.call('bytesReceived', [], () => this.#core?.bytesReceived ?? 0);
  }

  rtt(): number {
    return this.call('rtt', [], () => this.#core?.rtt ?? 0);
  }

  maxDataChannelId(): number {
    return this.call('maxDataChannelId', [], () => (this.#core === undefined ? 0 : MAX_STREAMS - 1));
  }

  maxMessageSize(): number {
    return this.call('maxMessageSize', [], () => this.#core?.remoteMaxMessageSize ?? 0);
  }

  getSelectedCandidatePair(): ReturnType<Native['getSelectedCandidatePair']> {
    return this.call('getSelectedCandidatePair', [], () => {
      const pair = this.#core?.connected === true ? this.#core.signaling.selectedPair : null;
      return pair && { local: candidateInfo(pair.local), remote: candidateInfo(pair.remote) };
    });
  }

  addTrack(): never {
    throw new Error('The fake binding has no media tracks');
  }

  onTrack(callback: Parameters<Native['onTrack']>[0]): void {
    this.#register('onTrack', callback, () => undefined);
  }

  onLocalDescription(callback: Parameters<Native['onLocalDescription']>[0]): void {
    this.#register('onLocalDescription', callback, (core) => {
      core.callbacks.description = (...args) => this.notify('onLocalDescription', () => args);
    });
  }

  onLocalCandidate(callback: (candidate: string, mid: string) => void): void {
    this.#register('onLocalCandidate', callback, (core) => {
      core.callbacks.candidate = (...args) => this.notify('onLocalCandidate', () => args);
    });
  }

  onStateChange(callback: StateCallback): void {
    this.#register('onStateChange', callback, (core) => {
      core.callbacks.state = (state) => {
        // The object stays allocated when the peer closed it: only its callbacks go (H6).
        if (state === 'closed') this.notifyLast('onStateChange', [state], () => undefined);
        else this.notify('onStateChange', () => [state]);
      };
    });
  }

  onIceStateChange(callback: StateCallback): void {
    this.#register('onIceStateChange', callback, (core) => {
      core.callbacks.iceState = (state) => this.notify('onIceStateChange', () => [state]);
    });
  }

  onSignalingStateChange(callback: StateCallback): void {
    this.#register('onSignalingStateChange', callback, (core) => {
      core.callbacks.signalingState = (state) => this.notify('onSignalingStateChange', () => [state]);
    });
  }

  onGatheringStateChange(callback: StateCallback): void {
    this.#register('onGatheringStateChange', callback, (core) => {
      core.callbacks.gatheringState = (state) => this.notify('onGatheringStateChange', () => [state]);
    });
  }

  onDataChannel(callback: Parameters<Native['onDataChannel']>[0]): void {
    this.#register('onDataChannel', callback, (core) => {
      // The wrapper is made only when JavaScript gets it: what happened to the channel until then is lost (H18).
      core.onDataChannel((channel) => this.notify('onDataChannel', () => [this.#wrap(channel)]));
    });
  }

  protected override closeFromPeer(): void {
    this.#core?.closePeer();
  }

  protected override lateArguments(event: string): unknown[] {
    if (event === 'onLocalDescription') return ['v=0\r\n', 'offer'];
    if (event === 'onLocalCandidate') return ['a=candidate:1 1 UDP 1 127.0.0.1 9 typ host', '0'];
    if (event !== 'onDataChannel') return ['connected'];
    return [
      this.#wrap(
        this.#last.createChannel(this.host.nextId('DataChannel'), 'fake: late channel', '', 'incoming'),
      ),
    ];
  }

  #wrap(core: ChannelCore): FakeDataChannel {
    const connection = this.#last;
    return new FakeDataChannel(this.host, core, () => {
      if (core.stream === undefined) return;
      connection.peerChannel(core.stream)?.close();
      core.close();
    });
  }

  #need(method: string): ConnectionCore {
    if (this.#core === undefined) throw new Error(`${method}() called on destroyed peer connection`);
    return this.#core;
  }

  #register(method: string, callback: unknown, connect: (core: ConnectionCore) => void): void {
    this.call(method, [callback], () => {
      // The addon's message for onTrack names another method.
      const core = this.#need(method === 'onTrack' ? 'onGatheringStateChange' : method);
      this.listen(method, callback);
      connect(core);
    });
  }
}

function wrapped<T>(doing: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    throw new Error(`libdatachannel error ${doing}: ${(error as Error).message}`);
  }
}

function candidateInfo(line: string) {
  return { ...readCandidate(line), type: 'host', transportType: 'UDP', mid: '0', priority: 2114977791 };
}
