"""The peer of a cell with aiortc, for the Python of the system. Takes and gives what w3c-peer.js does."""

import asyncio
import json
import os
import sys

from aiortc import RTCConfiguration, RTCIceServer, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, VideoStreamTrack
from aiortc.sdp import candidate_from_sdp

# aiortc gathers before it describes, so its candidates are in its descriptions.


def out(message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


class Seen:
    """What happened on a channel."""

    def __init__(self, channel):
        self.channel = channel
        self.messages = self.next = self.misplaced = 0
        self.opened = self.closed = False
        channel.on("open", self.on_open)
        channel.on("message", self.on_message)
        channel.on("close", self.on_close)
        if channel.readyState == "open":
            self.on_open()

    def on_open(self):
        if self.opened:
            return
        self.opened = True
        if self.channel.label.startswith("greet"):
            self.channel.send("hello")

    def on_message(self, message):
        self.messages += 1
        if isinstance(message, bytes) and len(message) >= 3:
            number = int.from_bytes(message[:3], "little")
            self.misplaced += number != self.next
            self.next = number + 1
        if self.channel.label.startswith("echo"):
            self.channel.send(message)

    def on_close(self):
        self.closed = True

    def told(self):
        channel = self.channel
        return {
            "label": channel.label,
            "messages": self.messages,
            "misplaced": self.misplaced,
            "opened": self.opened,
            "closed": self.closed,
            "ordered": channel.ordered,
            "protocol": channel.protocol,
            "maxRetransmits": channel.maxRetransmits,
            "maxPacketLifeTime": channel.maxPacketLifeTime,
        }


class Peer:
    def __init__(self):
        self.pc = None
        self.settings = {}
        self.channels = {}
        self.early = []
        self.errors = []

    def fail(self, where, error):
        text = f"{where}: {type(error).__name__} {error}"
        self.errors.append(text)
        out({"event": "error", "text": text})

    async def create(self, given):
        if self.pc is not None:
            await self.pc.close()
        self.channels, self.early, self.errors = {}, [], []
        self.settings = given
        servers = [RTCIceServer(**server) for server in given.get("iceServers", [])]
        self.pc = RTCPeerConnection(RTCConfiguration(iceServers=servers))
        self.pc.on("datachannel", self.hear)
        self.pc.on("track", lambda track: asyncio.ensure_future(self.consume(track)))

    def hear(self, channel):
        self.channels[channel.label] = Seen(channel)

    async def consume(self, track):
        try:
            while True:
                await track.recv()
        except Exception:
            pass  # it has ended

    async def channel(self, given):
        options = given.get("options") or {}
        names = ("ordered", "protocol", "negotiated", "id", "maxRetransmits", "maxPacketLifeTime")
        self.hear(self.pc.createDataChannel(given["label"], **{k: v for k, v in options.items() if k in names}))

    async def tell(self, description):
        await self.pc.setLocalDescription(description)
        local = self.pc.localDescription
        out({"description": {"type": local.type, "sdp": local.sdp}})

    async def offer(self, _):
        await self.tell(await self.pc.createOffer())

    async def describe(self, description):
        is_offer = description["type"] == "offer"
        if is_offer and self.pc.signalingState != "stable" and not self.settings.get("polite"):
            return
        await self.pc.setRemoteDescription(RTCSessionDescription(**description))
        for candidate in self.early:
            await self.add(candidate)
        self.early = []
        if is_offer:
            await self.tell(await self.pc.createAnswer())

    async def add(self, given):
        if not given or not given.get("candidate"):
            return  # it has no end of candidates
        if self.pc.remoteDescription is None:
            self.early.append(given)
            return
        candidate = candidate_from_sdp(given["candidate"].split(":", 1)[1])
        candidate.sdpMid = given.get("sdpMid")
        candidate.sdpMLineIndex = given.get("sdpMLineIndex")
        await self.pc.addIceCandidate(candidate)

    async def addMedia(self, given):
        self.pc.addTrack(AudioStreamTrack() if given["kind"] == "audio" else VideoStreamTrack())

    async def send(self, given):
        self.channels[given["label"]].channel.send(given["text"])

    async def burst(self, given):
        channel = self.channels[given["label"]].channel
        for n in range(given["count"]):
            channel.send(n.to_bytes(3, "little") + bytes(97))
            while channel.bufferedAmount > 1_000_000:
                await asyncio.sleep(0.005)
        if given.get("ending") == "close channel":
            channel.close()
        if given.get("ending") == "close connection":
            await self.pc.close()

    async def closeChannel(self, given):
        self.channels[given["label"]].channel.close()

    async def close(self, _):
        await self.pc.close()

    async def die(self, _):
        os._exit(1)

    def look(self, call):
        """What needs not wait for a step that may never end."""
        if call == "channels":
            return [seen.told() for seen in self.channels.values()]
        pc = self.pc
        return {"connection": pc.connectionState, "signaling": pc.signalingState, "errors": self.errors}

    async def packets(self, _):
        totals = {"received": 0, "sent": 0, "keyFramesAsked": 0}
        for row in (await self.pc.getStats()).values():
            if row.type == "inbound-rtp":
                totals["received"] += row.packetsReceived
            if row.type == "outbound-rtp":
                totals["sent"] += row.packetsSent
        return totals

    async def take(self, message):
        call = message.get("call") or ("description" if "description" in message else "candidate")
        try:
            if "description" in message:
                await self.describe(message["description"])
            elif "candidate" in message:
                await self.add(message["candidate"])
            else:
                out({"id": message.get("id"), "value": await getattr(self, call)(message)})
        except Exception as error:
            self.fail(call, error)
            if "id" in message:
                out({"id": message["id"], "error": str(error)})


async def main():
    peer = Peer()
    reader = asyncio.StreamReader(limit=1 << 26)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    steps = asyncio.Queue()

    async def work():
        while True:
            await peer.take(await steps.get())

    asyncio.ensure_future(work())
    out({"event": "ready"})
    while line := await reader.readline():
        message = json.loads(line)
        if message.get("call") in ("channels", "states"):
            out({"id": message["id"], "value": peer.look(message["call"])})
        else:
            steps.put_nowait(message)
    os._exit(0)


asyncio.run(main())
