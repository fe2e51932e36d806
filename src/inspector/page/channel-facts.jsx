import { Facts } from './facts.jsx';
import { amount, count } from './figures.js';

/** @param {{ details: import('../../diagnostics/handle-details.js').HandleDetails | undefined }} props */
export function ChannelFacts({ details }) {
  const { channel, dataChannel, webSocket, track, server } = details ?? {};
  return (
    <>
      {dataChannel && (
        <Facts
          facts={{
            label: dataChannel.label,
            'stream id': dataChannel.id,
            protocol: dataChannel.protocol,
            origin: dataChannel.origin,
            delivery: deliveryOf(dataChannel),
            ending: dataChannel.ending,
          }}
        />
      )}
      {webSocket && (
        <Facts facts={{ 'other end': webSocket.remoteAddress, subprotocol: webSocket.protocol }} />
      )}
      {track && <Facts facts={{ mid: track.mid, media: track.type, direction: track.direction }} />}
      {server && <Facts facts={{ port: server.port, sockets: server.connections }} />}
      {channel && (
        <>
          <h3>Buffers</h3>
          <Level
            name="send buffer"
            value={channel.bufferedAmount}
            limit={channel.highWaterMark}
            mark="high-water mark"
          >
            {channel.senderWaits ? 'a sender waits' : ''}
          </Level>
          <Queue name="send queue" queue={channel.sendQueue} />
          <Queue name="receive buffer" queue={channel.receiveBuffer} />
          <Facts
            facts={{
              'largest message': amount(channel.maxMessageSize, 'B'),
              acknowledged: channel.acknowledged,
              unconfirmed:
                channel.unconfirmed.messages > 0 &&
                `${count(channel.unconfirmed.messages, 'message')}, ${amount(channel.unconfirmed.bytes, 'B')}`,
              undelivered: channel.undelivered > 0 && channel.undelivered,
              dropped: channel.dropped > 0 && channel.dropped,
            }}
          />
        </>
      )}
    </>
  );
}

/** @param {{ name: string, queue: import('../../diagnostics/handle-details.js').QueueDetails }} props */
function Queue({ name, queue }) {
  const { messages, bytes, limit } = queue;
  return (
    <Level name={name} value={bytes} limit={limit.bytes} mark="limit">
      {messages} of {limit.messages} messages
    </Level>
  );
}

/**
 * @param {{
 *   name: string, value: number, limit: number, mark: string, children: import('preact').ComponentChildren
 * }} props
 */
function Level({ name, value, limit, mark, children }) {
  const share = Math.min(1, limit > 0 ? value / limit : 0);
  return (
    <div class="level" data-detail={name}>
      <span>{name}</span>
      <span
        class="meter"
        role="meter"
        aria-label={name}
        aria-valuemin={0}
        aria-valuemax={limit}
        aria-valuenow={value}
        title={`${value} of ${limit} bytes (${mark})`}
      >
        <i class={share > 0.8 ? 'full' : ''} style={{ width: `${100 * share}%` }} />
      </span>
      <span class="facts">
        {amount(value, 'B')} of {amount(limit, 'B')}
      </span>
      <span class="facts">{children}</span>
    </div>
  );
}

/** @param {import('../../diagnostics/handle-details.js').DataChannelDetails} details */
function deliveryOf({ ordered, maxRetransmits, maxPacketLifeTime }) {
  if (ordered === undefined) return undefined;
  const words = [ordered ? 'ordered' : 'unordered'];
  if (maxRetransmits !== undefined) words.push(`at most ${maxRetransmits} retransmissions`);
  else if (maxPacketLifeTime !== undefined) words.push(`for at most ${maxPacketLifeTime} ms`);
  else words.push('reliable');
  return words.join(', ');
}
