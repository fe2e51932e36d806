import type * as ndc from 'node-datachannel';
import { loadBinding, packageExports } from '../native/load.js';
import { RtcRuntime } from '../runtime/rtc-runtime.js';
import type { IceUdpMuxListener as Listener } from '../resources/connection/ice-udp-mux-listener.js';
import { CallbackSlots } from './callback-slots.js';
import { closeInBackground } from './close-in-background.js';
import { DataChannelStream } from './data-channel-stream.js';
import { DropInOwner, type NativeOwner } from './drop-in-owner.js';
import { GuardedDataChannel, GuardedTrack } from './guarded-channel.js';
import { GuardedPeerConnection } from './guarded-peer-connection.js';
import { GuardedWebSocket, GuardedWebSocketServer } from './guarded-web-socket.js';

/** What node-datachannel exports, apart from its default export, which is the same again. */
export type PackageApi = Omit<typeof ndc, 'default'>;

/** The binding's `IceUdpMuxListener`; unlike there, a cleanup stops it (H16). */
class GuardedIceUdpMuxListener {
  readonly #listener: Listener;
  readonly #callbacks = new CallbackSlots();

  constructor(owner: NativeOwner, port: number, address?: string) {
    this.#listener = owner.make((scope) => scope.createIceUdpMuxListener(port, address));
  }

  port(): number {
    return this.#listener.port;
  }

  address(): string | undefined {
    return this.#listener.address;
  }

  stop(): void {
    closeInBackground(this.#listener);
  }

  onUnhandledStunRequest(callback: (request: ndc.IceUdpMuxRequest) => void): void {
    this.#callbacks.set(this.#listener, 'unhandledStunRequest', callback, (request: ndc.IceUdpMuxRequest) => [
      request,
    ]);
  }
}

/** The package's API on natives that `owner` owns. */
function makeApi(owner: DropInOwner): PackageApi {
  const lib = packageExports();

  class PeerConnection extends GuardedPeerConnection {
    constructor(name: string, config: ndc.RtcConfig) {
      super(owner, name, config);
    }
  }
  class WebSocket extends GuardedWebSocket {
    constructor(config?: ndc.WebSocketServerConfiguration) {
      super();
      this.connectsWith(owner, config);
    }
    /** Also sockets that a server accepted. */
    static override [Symbol.hasInstance](value: unknown): boolean {
      return value instanceof GuardedWebSocket;
    }
  }
  class WebSocketServer extends GuardedWebSocketServer {
    constructor(config?: ndc.WebSocketServerConfiguration) {
      super(owner, config);
    }
  }
  class IceUdpMuxListener extends GuardedIceUdpMuxListener {
    constructor(port: number, address?: string) {
      super(owner, port, address);
    }
  }

  return {
    /** Without a callback what the library says goes to stderr (H11). It does not keep the process (H22). */
    initLogger: (level: ndc.LogLevel, callback: LogCallback = toStderr) =>
      RtcRuntime.shared.setLogger((entry) => callback(entry.level, entry.message), level),
    /**
     * Closes what this importer of the package made, drained; not what others made (H21). Returns at once; calling
     * it again does nothing.
     */
    cleanup: () => owner.endInBackground(),
    preload: () => owner.preload(),
    setSctpSettings: (settings: ndc.SctpSettings) => RtcRuntime.shared.setSctpSettings(settings),
    getLibraryVersion: () => loadBinding().getLibraryVersion(),
    PacingHandler: lib.PacingHandler,
    RtcpReceivingSession: lib.RtcpReceivingSession,
    RtcpNackResponder: lib.RtcpNackResponder,
    RtcpSrReporter: lib.RtcpSrReporter,
    RtpPacketizationConfig: lib.RtpPacketizationConfig,
    RtpPacketizer: lib.RtpPacketizer,
    H264RtpPacketizer: lib.H264RtpPacketizer,
    H265RtpPacketizer: lib.H265RtpPacketizer,
    AV1RtpPacketizer: lib.AV1RtpPacketizer,
    Track: GuardedTrack,
    Video: lib.Video,
    Audio: lib.Audio,
    DataChannel: GuardedDataChannel,
    PeerConnection,
    WebSocket,
    WebSocketServer,
    DataChannelStream,
    IceUdpMuxListener,
  } as unknown as PackageApi;
}

type LogCallback = (level: ndc.LogLevel, message: string) => void;

const toStderr: LogCallback = (level, message) => void process.stderr.write(`${level} ${message}\n`);

interface DropIn {
  readonly owner: DropInOwner;
  api?: PackageApi;
}

const dropIns = new Map<string, DropIn>();

/** The API as the importer called `name` gets it; the same object each time. */
export function packageApi(name: string): PackageApi {
  const dropIn = dropInOf(name);
  dropIn.api ??= makeApi(dropIn.owner);
  return dropIn.api;
}

/** The owner of what the importer called `name` makes. */
export function ownerOf(name: string): DropInOwner {
  return dropInOf(name).owner;
}

function dropInOf(name: string): DropIn {
  let dropIn = dropIns.get(name);
  if (!dropIn) {
    dropIn = { owner: new DropInOwner(name) };
    dropIns.set(name, dropIn);
  }
  return dropIn;
}

/**
 * Drains and closes everything that was made through the drop-in, by whichever importer, and cleans the library up
 * unless scopes of the application go on. Rejects with what went wrong.
 */
export async function shutdown(): Promise<void> {
  await Promise.all([...dropIns.values()].map(({ owner }) => owner.end()));
}
