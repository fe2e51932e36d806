// The peer of a cell with pion. Takes and gives what w3c-peer.js does.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v3"
	"github.com/pion/webrtc/v3/pkg/media"
)

type object = map[string]any

// What happened on a channel.
type seen struct {
	channel                   *webrtc.DataChannel
	messages, next, misplaced int
	opened, closed            bool
}

// The settings of `create`, of `channel` and of the other calls.
type call struct {
	ID          *int                       `json:"id"`
	Call        string                     `json:"call"`
	Description *webrtc.SessionDescription `json:"description"`
	Candidate   json.RawMessage            `json:"candidate"`
	Polite      bool                       `json:"polite"`
	Trickle     *bool                      `json:"trickle"`
	End         string                     `json:"end"`
	Label       string                     `json:"label"`
	Options     *webrtc.DataChannelInit    `json:"options"`
	Kind        string                     `json:"kind"`
	Text        string                     `json:"text"`
	Count       int                        `json:"count"`
	Ending      string                     `json:"ending"`
	IceRestart  bool                       `json:"iceRestart"`
}

var (
	lock           sync.Mutex // of what follows, and of the output
	pc             *webrtc.PeerConnection
	settings       call
	channels       = []*seen{}
	failures       = []string{}
	early          []webrtc.ICECandidateInit
	senders        []*webrtc.RTPSender
	received, sent int
	keyFramesAsked int
)

func out(message object) {
	line, _ := json.Marshal(message)
	lock.Lock()
	defer lock.Unlock()
	os.Stdout.Write(append(line, '\n'))
}

func locked(step func()) {
	lock.Lock()
	defer lock.Unlock()
	step()
}

func fail(where string, err error) {
	text := where + ": " + err.Error()
	locked(func() { failures = append(failures, text) })
	out(object{"event": "error", "text": text})
}

func hear(channel *webrtc.DataChannel) {
	this := &seen{channel: channel}
	locked(func() { channels = append(channels, this) })
	channel.OnOpen(func() {
		locked(func() { this.opened = true })
		if strings.HasPrefix(channel.Label(), "greet") {
			channel.SendText("hello")
		}
	})
	channel.OnMessage(func(message webrtc.DataChannelMessage) {
		data := message.Data
		locked(func() {
			this.messages++
			if !message.IsString && len(data) >= 3 {
				number := int(data[0]) | int(data[1])<<8 | int(data[2])<<16
				if number != this.next {
					this.misplaced++
				}
				this.next = number + 1
			}
		})
		if !strings.HasPrefix(channel.Label(), "echo") {
			return
		}
		send := channel.Send
		if message.IsString {
			send = func(data []byte) error { return channel.SendText(string(data)) }
		}
		if err := send(data); err != nil {
			fail("echo", err)
		}
	})
	channel.OnClose(func() { locked(func() { this.closed = true }) })
}

func find(label string) *webrtc.DataChannel {
	lock.Lock()
	defer lock.Unlock()
	for at := len(channels) - 1; at >= 0; at-- {
		if channels[at].channel.Label() == label {
			return channels[at].channel
		}
	}
	return nil
}

func onTrack(track *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
	go func() {
		for range time.Tick(500 * time.Millisecond) {
			request := &rtcp.PictureLossIndication{MediaSSRC: uint32(track.SSRC())}
			if pc.WriteRTCP([]rtcp.Packet{request}) != nil {
				return
			}
		}
	}()
	for {
		if _, _, err := track.ReadRTP(); err != nil {
			return
		}
		locked(func() { received++ })
	}
}

func create(given call) (err error) {
	if pc != nil {
		pc.Close()
	}
	locked(func() { channels, failures, received, sent = nil, []string{}, 0, 0 })
	early, senders = nil, nil
	settings = given
	if pc, err = webrtc.NewPeerConnection(webrtc.Configuration{}); err != nil {
		return err
	}
	pc.OnICECandidate(func(candidate *webrtc.ICECandidate) {
		switch {
		case settings.Trickle != nil && !*settings.Trickle:
		case candidate != nil:
			out(object{"candidate": candidate.ToJSON()})
		case settings.End == "empty":
			out(object{"candidate": object{"candidate": "", "sdpMid": "0"}})
		case settings.End != "none":
			out(object{"candidate": nil})
		}
	})
	pc.OnDataChannel(hear)
	pc.OnTrack(onTrack)
	return nil
}

// describe sets a description of ours and tells it, when gathered where candidates do not trickle.
func describe(description webrtc.SessionDescription, err error) error {
	if err != nil {
		return err
	}
	gathered := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(description); err != nil {
		return err
	}
	if settings.Trickle != nil && !*settings.Trickle {
		<-gathered
	}
	out(object{"description": pc.LocalDescription()})
	return nil
}

func takeDescription(description webrtc.SessionDescription) error {
	isOffer := description.Type == webrtc.SDPTypeOffer
	if isOffer && pc.SignalingState() != webrtc.SignalingStateStable && !settings.Polite {
		return nil
	}
	if err := pc.SetRemoteDescription(description); err != nil {
		return err
	}
	for _, candidate := range early {
		if err := pc.AddICECandidate(candidate); err != nil {
			return err
		}
	}
	early = nil
	if !isOffer {
		return nil
	}
	return describe(pc.CreateAnswer(nil))
}

func takeCandidate(text json.RawMessage) error {
	candidate := webrtc.ICECandidateInit{}
	if err := json.Unmarshal(text, &candidate); err != nil {
		return err
	}
	if pc.RemoteDescription() == nil {
		early = append(early, candidate)
		return nil
	}
	return pc.AddICECandidate(candidate)
}

func addMedia(kind string) error {
	mime := webrtc.MimeTypeVP8
	if kind == "audio" {
		mime = webrtc.MimeTypeOpus
	}
	track, err := webrtc.NewTrackLocalStaticSample(webrtc.RTPCodecCapability{MimeType: mime}, kind, "pion")
	if err != nil {
		return err
	}
	sender, err := pc.AddTrack(track)
	if err != nil {
		return err
	}
	senders = append(senders, sender)
	go func() {
		for {
			packets, _, err := sender.ReadRTCP()
			if err != nil {
				return
			}
			for _, packet := range packets {
				switch packet.(type) {
				case *rtcp.PictureLossIndication, *rtcp.FullIntraRequest:
					locked(func() { keyFramesAsked++ })
				}
			}
		}
	}()
	go func() {
		for range time.Tick(20 * time.Millisecond) {
			if track.WriteSample(media.Sample{Data: make([]byte, 300), Duration: 20 * time.Millisecond}) == nil {
				locked(func() { sent++ })
			}
		}
	}()
	return nil
}

func removeMedia() error {
	for _, sender := range senders {
		if err := pc.RemoveTrack(sender); err != nil {
			return err
		}
	}
	senders = nil
	return nil
}

func burst(given call) error {
	channel := find(given.Label)
	for n := 0; n < given.Count; n++ {
		message := make([]byte, 100)
		message[0], message[1], message[2] = byte(n), byte(n>>8), byte(n>>16)
		if err := channel.Send(message); err != nil {
			return err
		}
		for channel.BufferedAmount() > 1_000_000 {
			time.Sleep(5 * time.Millisecond)
		}
	}
	switch given.Ending {
	case "close channel":
		return channel.Close()
	case "close connection":
		return pc.Close()
	}
	return nil
}

// look needs not wait for a step that may never end.
func look(what string) any {
	lock.Lock()
	defer lock.Unlock()
	switch what {
	case "states":
		return object{"connection": pc.ConnectionState().String(), "signaling": pc.SignalingState().String(), "errors": failures}
	case "packets":
		return object{"received": received, "sent": sent, "keyFramesAsked": keyFramesAsked}
	}
	told := []object{}
	for _, this := range channels {
		channel := this.channel
		told = append(told, object{
			"label": channel.Label(), "messages": this.messages, "misplaced": this.misplaced,
			"opened": this.opened, "closed": this.closed, "ordered": channel.Ordered(), "protocol": channel.Protocol(),
			"maxRetransmits": channel.MaxRetransmits(), "maxPacketLifeTime": channel.MaxPacketLifeTime(),
		})
	}
	return told
}

func take(given call) error {
	if given.Description != nil {
		return takeDescription(*given.Description)
	}
	switch given.Call {
	case "":
		if given.Candidate == nil || string(given.Candidate) == "null" {
			return nil
		}
		return takeCandidate(given.Candidate)
	case "create":
		return create(given)
	case "channel":
		channel, err := pc.CreateDataChannel(given.Label, given.Options)
		if err == nil {
			hear(channel)
		}
		return err
	case "offer":
		return describe(pc.CreateOffer(&webrtc.OfferOptions{ICERestart: given.IceRestart}))
	case "addMedia":
		return addMedia(given.Kind)
	case "removeMedia":
		return removeMedia()
	case "send":
		return find(given.Label).SendText(given.Text)
	case "burst":
		return burst(given)
	case "closeChannel":
		return find(given.Label).Close()
	case "close":
		return pc.Close()
	case "die":
		os.Exit(1)
	}
	return errors.New("no such call")
}

func main() {
	input := bufio.NewScanner(os.Stdin)
	input.Buffer(make([]byte, 1<<20), 1<<26)
	steps := make(chan call, 10_000)
	go func() {
		for given := range steps {
			err := take(given)
			if err != nil {
				fail(given.Call, err)
			}
			if given.ID == nil {
				continue
			}
			if err != nil {
				out(object{"id": given.ID, "error": err.Error()})
			} else {
				out(object{"id": given.ID, "value": nil})
			}
		}
	}()
	out(object{"event": "ready"})
	for input.Scan() {
		given := call{}
		if err := json.Unmarshal(input.Bytes(), &given); err != nil {
			fail("input", err)
			continue
		}
		switch given.Call {
		case "channels", "states", "packets":
			out(object{"id": given.ID, "value": look(given.Call)})
		default:
			steps <- given
		}
	}
}
