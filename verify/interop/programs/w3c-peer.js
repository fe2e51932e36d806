/**
 * The other end of a cell, for everything that has the W3C API: a page of a browser (as a classic script), and in
 * Node.js @roamhq/wrtc, werift and node-datachannel's polyfill. Takes `{ id, call, … }`, `{ description }` and
 * `{ candidate }`, and gives `{ id, value }` or `{ id, error }`, descriptions, candidates and `{ event, … }` to `out`.
 */
globalThis.makePeer = ({ RTCPeerConnection, out, getMedia, offersItself = false }) => {
  let pc;
  let settings = {};
  let steps = Promise.resolve();
  let isMaking = false;
  const channels = new Map();
  const early = [];
  const senders = [];
  const errors = [];

  function fail(where, error) {
    const text = `${where}: ${error?.message ?? error}`;
    errors.push(text);
    out({ event: 'error', text });
  }

  function bytesOf(data) {
    const isView = ArrayBuffer.isView(data);
    return isView ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);
  }

  function hear(channel) {
    const seen = { channel, messages: 0, next: 0, misplaced: 0, opened: false, closed: false };
    channels.set(channel.label, seen);
    try {
      channel.binaryType = 'arraybuffer';
    } catch {} // some have one kind only
    const opened = () => {
      if (seen.opened) return;
      seen.opened = true;
      if (channel.label.startsWith('greet')) channel.send('hello');
    };
    channel.onopen = opened;
    channel.onmessage = ({ data }) => {
      seen.messages++;
      if (typeof data !== 'string') {
        const bytes = bytesOf(data);
        if (bytes.length >= 3) {
          const number = bytes[0] | (bytes[1] << 8) | (bytes[2] << 16);
          if (number !== seen.next) seen.misplaced++;
          seen.next = number + 1;
        }
      }
      if (channel.label.startsWith('echo')) channel.send(data);
    };
    channel.onclose = () => {
      seen.closed = true;
    };
    if (channel.readyState === 'open') opened();
  }

  async function until(condition) {
    const end = Date.now() + 8000;
    while (!condition() && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 10));
  }

  async function tellDescription() {
    if (settings.trickle === false) await until(() => pc.iceGatheringState === 'complete');
    const { type, sdp } = pc.localDescription;
    out({ description: { type, sdp } });
  }

  async function offer(options) {
    isMaking = true;
    try {
      const made = await pc.createOffer(options);
      if (pc.signalingState !== 'stable' && !offersItself) return;
      await pc.setLocalDescription(made);
      await tellDescription();
    } finally {
      isMaking = false;
    }
  }

  /** Perfect negotiation (W3C WebRTC, section 10.7). */
  async function describe(description) {
    const collides = description.type === 'offer' && (isMaking || pc.signalingState !== 'stable');
    if (collides && !settings.polite) return;
    await pc.setRemoteDescription(description);
    for (const candidate of early.splice(0)) await pc.addIceCandidate(candidate);
    if (description.type !== 'offer') return;
    await pc.setLocalDescription(await pc.createAnswer());
    await tellDescription();
  }

  async function addCandidate(candidate) {
    if (candidate === null) return; // no peer needs it
    if (pc.remoteDescription) await pc.addIceCandidate(candidate);
    else early.push(candidate);
  }

  /** The connection of a scenario before. */
  function forget() {
    if (!pc) return;
    pc.onicecandidate = null;
    pc.close();
    channels.clear();
    early.length = senders.length = errors.length = 0;
  }

  const calls = {
    create(given) {
      forget();
      settings = given;
      pc = new RTCPeerConnection({ iceServers: given.iceServers ?? [] });
      pc.onicecandidate = ({ candidate }) => {
        if (settings.trickle === false) return;
        if (candidate) out({ candidate: candidate.toJSON ? candidate.toJSON() : { ...candidate } });
        else if (settings.end === 'empty') out({ candidate: { candidate: '', sdpMid: '0' } });
        else if (settings.end !== 'none') out({ candidate: null });
      };
      pc.ondatachannel = ({ channel }) => hear(channel);
      pc.ontrack = ({ track }) => globalThis.attach?.(track);
    },
    channel: ({ label, options }) => hear(pc.createDataChannel(label, options)),
    offer: ({ iceRestart }) => offer(iceRestart ? { iceRestart } : undefined),
    async addMedia({ kind }) {
      const stream = await getMedia(kind);
      for (const track of stream.getTracks()) senders.push(pc.addTrack(track, stream));
    },
    removeMedia() {
      for (const sender of senders.splice(0)) pc.removeTrack(sender);
    },
    stopMedia() {
      for (const sender of senders.splice(0))
        pc.getTransceivers()
          .find((transceiver) => transceiver.sender === sender)
          ?.stop();
    },
    send: ({ label, text }) => channels.get(label).channel.send(text),
    async burst({ label, count, ending }) {
      const { channel } = channels.get(label);
      for (let n = 0; n < count; n++) {
        channel.send(Uint8Array.from({ length: 100 }, (_, at) => (n >> (8 * at)) & (at < 3 ? 255 : 0)));
        while (channel.bufferedAmount > 1e6) await new Promise((resolve) => setTimeout(resolve, 5));
      }
      if (ending === 'close channel') channel.close();
      if (ending === 'close connection') pc.close();
    },
    closeChannel: ({ label }) => channels.get(label).channel.close(),
    close: () => pc.close(),
    channels: () =>
      [...channels].map(([label, { channel, ...seen }]) => ({
        label,
        ...seen,
        ordered: channel.ordered,
        protocol: channel.protocol,
        maxRetransmits: channel.maxRetransmits ?? null,
        maxPacketLifeTime: channel.maxPacketLifeTime ?? null,
      })),
    states: () => ({ connection: pc.connectionState, signaling: pc.signalingState, errors }),
    async packets() {
      const sum = { received: 0, sent: 0, keyFramesAsked: 0 };
      const report = await pc.getStats();
      report.forEach((row) => {
        if (row.type === 'inbound-rtp') sum.received += row.packetsReceived ?? 0;
        if (row.type !== 'outbound-rtp') return;
        sum.sent += row.packetsSent ?? 0;
        sum.keyFramesAsked += (row.pliCount ?? 0) + (row.firCount ?? 0);
      });
      return sum;
    },
  };

  return ({ id, call, description, candidate, ...given }) => {
    const step = async () => {
      try {
        if (description) await describe(description);
        else if (candidate !== undefined) await addCandidate(candidate);
        else out({ id, value: (await calls[call](given)) ?? null });
      } catch (error) {
        fail(call ?? (description ? description.type : 'candidate'), error);
        if (id !== undefined) out({ id, error: String(error?.message ?? error) });
      }
    };
    // Those that only look need not wait for a step that may never end.
    if (call === 'channels' || call === 'states' || call === 'packets') void step();
    else steps = steps.then(step);
  };
};
