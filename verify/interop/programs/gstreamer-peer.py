"""The peer of a cell with GStreamer's webrtcbin, data channels only. Takes and gives what w3c-peer.js does."""

import json
import os
import sys
import threading

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstWebRTC", "1.0")
gi.require_version("GstSdp", "1.0")
from gi.repository import GLib, Gst, GstSdp, GstWebRTC  # noqa: E402

Gst.init(None)


def out(message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


class Seen:
    """What happened on a channel."""

    def __init__(self, channel, is_open):
        self.channel = channel
        self.label = channel.get_property("label") or ""
        self.messages = self.next = self.misplaced = 0
        self.opened = self.closed = False
        channel.connect("on-open", lambda _: self.on_open())
        channel.connect("on-message-string", lambda _, text: self.on_message(text, None))
        channel.connect("on-message-data", lambda _, data: self.on_message(None, data))
        channel.connect("on-close", lambda _: setattr(self, "closed", True))
        if is_open:
            self.on_open()

    def on_open(self):
        if self.opened:
            return
        self.opened = True
        if self.label.startswith("greet"):
            self.channel.emit("send-string", "hello")

    def on_message(self, text, data):
        self.messages += 1
        content = data.get_data() if data else b""
        if len(content) >= 3:
            number = int.from_bytes(content[:3], "little")
            self.misplaced += number != self.next
            self.next = number + 1
        if not self.label.startswith("echo"):
            return
        if data is None:
            self.channel.emit("send-string", text)
        else:
            self.channel.emit("send-data", data)

    def told(self):
        def limit(name):
            value = self.channel.get_property(name)
            return None if value < 0 else value

        return {
            "label": self.label,
            "messages": self.messages,
            "misplaced": self.misplaced,
            "opened": self.opened,
            "closed": self.closed,
            "ordered": self.channel.get_property("ordered"),
            "protocol": self.channel.get_property("protocol") or "",
            "maxRetransmits": limit("max-retransmits"),
            "maxPacketLifeTime": limit("max-packet-lifetime"),
        }


class Peer:
    def __init__(self):
        self.pipe = self.pc = None
        self.settings = {}
        self.channels = []
        self.early = []
        self.errors = []
        self.is_described = False
        self.kept = []  # promises and replies, which pygobject would free too early

    def fail(self, where, error):
        text = f"{where}: {error}"
        self.errors.append(text)
        out({"event": "error", "text": text})

    def state(self, name):
        return self.pc.get_property(name).value_nick

    def create(self, given):
        if self.pipe is not None:
            self.pipe.set_state(Gst.State.NULL)
        self.channels, self.early, self.errors, self.is_described = [], [], [], False
        self.settings = given
        self.pipe = Gst.Pipeline.new(None)
        self.pc = Gst.ElementFactory.make("webrtcbin", None)
        self.pc.set_property("bundle-policy", GstWebRTC.WebRTCBundlePolicy.MAX_BUNDLE)
        self.pipe.add(self.pc)
        self.pc.connect("on-data-channel", lambda _, channel: self.channels.append(Seen(channel, True)))
        self.pc.connect("on-ice-candidate", lambda _, index, text: self.on_candidate(index, text))
        self.pc.connect("notify::ice-gathering-state", lambda *_: self.on_gathering())
        self.pipe.set_state(Gst.State.PLAYING)

    def on_candidate(self, index, text):
        if text and self.settings.get("trickle") is not False:
            out({"candidate": {"candidate": text, "sdpMLineIndex": index}})

    def on_gathering(self):
        if self.state("ice-gathering-state") != "complete" or self.settings.get("trickle") is False:
            return
        end = self.settings.get("end")
        if end != "none":
            out({"candidate": {"candidate": "", "sdpMid": "0"} if end == "empty" else None})

    def channel(self, given):
        options = Gst.Structure.new_empty("options")
        names = {"maxRetransmits": "max-retransmits", "maxPacketLifeTime": "max-packet-lifetime"}
        for name, value in (given.get("options") or {}).items():
            options.set_value(names.get(name, name), value)
        self.channels.append(Seen(self.pc.emit("create-data-channel", given["label"], options), False))

    def promise(self, then):
        def changed(promise):
            reply = promise.get_reply()
            self.kept.append((promise, reply))
            if reply is not None and reply.has_field("error"):
                self.fail("promise", reply.get_value("error").message)
            else:
                then(reply)

        promise = Gst.Promise.new_with_change_func(changed)
        self.kept.append(promise)
        return promise

    def make(self, kind):
        def made(reply):
            description = reply.get_value(kind)
            self.kept.append(description)
            self.pc.emit("set-local-description", description, None)
            if self.settings.get("trickle") is not False:
                out({"description": {"type": kind, "sdp": description.sdp.as_text()}})
            else:
                GLib.timeout_add(20, lambda: self.tell_when_gathered(kind))

        self.pc.emit(f"create-{kind}", None, self.promise(made))

    def tell_when_gathered(self, kind):
        if self.state("ice-gathering-state") != "complete":
            return True
        out({"description": {"type": kind, "sdp": self.pc.get_property("local-description").sdp.as_text()}})
        return False

    def offer(self, _):
        self.make("offer")

    def describe(self, description):
        is_offer = description["type"] == "offer"
        if is_offer and self.state("signaling-state") != "stable" and not self.settings.get("polite"):
            return
        _, message = GstSdp.SDPMessage.new_from_text(description["sdp"])
        types = GstWebRTC.WebRTCSDPType
        kind = types.OFFER if is_offer else types.ANSWER

        def described(_):
            self.is_described = True
            for candidate in self.early:
                self.add(candidate)
            self.early = []
            if is_offer:
                self.make("answer")

        session = GstWebRTC.WebRTCSessionDescription.new(kind, message)
        self.pc.emit("set-remote-description", session, self.promise(described))

    def add(self, given):
        if not given or not given.get("candidate"):
            return
        if self.is_described:
            self.pc.emit("add-ice-candidate", given.get("sdpMLineIndex") or 0, given["candidate"])
        else:
            self.early.append(given)

    def find(self, given):
        return [seen for seen in self.channels if seen.label == given["label"]][-1].channel

    def send(self, given):
        self.find(given).emit("send-string", given["text"])

    def burst(self, given):
        channel = self.find(given)
        for n in range(given["count"]):
            channel.emit("send-data", GLib.Bytes.new(n.to_bytes(3, "little") + bytes(97)))
        if given.get("ending") == "close channel":
            channel.emit("close")
        if given.get("ending") == "close connection":
            self.close(given)

    def closeChannel(self, given):
        self.find(given).emit("close")

    def close(self, _):
        self.pipe.set_state(Gst.State.NULL)

    def die(self, _):
        os._exit(1)

    def channels_told(self, _):
        return [seen.told() for seen in self.channels]

    def states(self, _):
        connection, signaling = self.state("connection-state"), self.state("signaling-state")
        return {"connection": connection, "signaling": signaling, "errors": self.errors}

    def take(self, message):
        call = message.get("call") or ("description" if "description" in message else "candidate")
        try:
            if "description" in message:
                self.describe(message["description"])
            elif "candidate" in message:
                self.add(message["candidate"])
            else:
                does = self.channels_told if call == "channels" else getattr(self, call)
                out({"id": message.get("id"), "value": does(message)})
        except Exception as error:
            self.fail(call, f"{type(error).__name__} {error}")
            if "id" in message:
                out({"id": message["id"], "error": str(error)})
        return False


def read(peer):
    for line in sys.stdin:
        GLib.idle_add(peer.take, json.loads(line), priority=GLib.PRIORITY_DEFAULT)
    os._exit(0)


threading.Thread(target=read, args=[Peer()], daemon=True).start()
out({"event": "ready"})
GLib.MainLoop().run()
