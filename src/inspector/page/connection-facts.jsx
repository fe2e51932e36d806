import { Facts } from './facts.jsx';
import { amount } from './figures.js';

/**
 * @typedef {import('../../diagnostics/handle-details.js').ConnectionDetails} ConnectionDetails
 * @typedef {import('../../diagnostics/handle-details.js').CandidateDetails} CandidateDetails
 */

/** @param {{ connection: ConnectionDetails }} props */
export function ConnectionFacts({ connection }) {
  const { progress, selectedPair, localCandidates, remoteCandidates, rtt } = connection;
  return (
    <>
      <Steps connection={connection} />
      <Facts
        facts={{
          connection: connection.connectionState,
          signaling: connection.signalingState,
          ICE: connection.iceState,
          gathering: connection.gatheringState,
          DTLS: connection.dtls,
          'round trip': rtt === undefined ? undefined : `${rtt} ms`,
          'largest message': amount(connection.maxMessageSize, 'B'),
          'highest stream id': connection.maxDataChannelId,
          negotiation: progress.signaling?.description,
        }}
      />
      {progress.servers.length > 0 && (
        <Facts
          title="Servers"
          facts={Object.fromEntries(progress.servers.map(({ url, outcome }) => [url, outcome]))}
        />
      )}
      <h3>Candidates</h3>
      <ul class="candidates">
        {selectedPair && !isAmong(localCandidates, selectedPair.local) && (
          <Candidate side="local" candidate={selectedPair.local} selected />
        )}
        {localCandidates.map((candidate, index) => (
          <Candidate
            key={`local ${index}`}
            side="local"
            candidate={candidate}
            selected={same(candidate, selectedPair?.local)}
          />
        ))}
        {selectedPair && !isAmong(remoteCandidates, selectedPair.remote) && (
          <Candidate side="remote" candidate={selectedPair.remote} selected />
        )}
        {remoteCandidates.map((candidate, index) => (
          <Candidate
            key={`remote ${index}`}
            side="remote"
            candidate={candidate}
            selected={same(candidate, selectedPair?.remote)}
          />
        ))}
      </ul>
      <Description name="local" description={connection.localDescription} />
      <Description name="remote" description={connection.remoteDescription} />
    </>
  );
}

/**
 * How far it has got, as a row of steps.
 * @param {{ connection: ConnectionDetails }} props
 */
function Steps({ connection }) {
  const { progress, iceState, dtls, connectionState } = connection;
  const isFailed = connectionState === 'failed' || iceState === 'failed';
  const steps = /** @type {const} */ ([
    ['local description', progress.localDescription !== null],
    ['remote description', progress.remoteDescription !== null],
    ['candidates', progress.localCandidates > 0 && progress.remoteCandidates > 0],
    ['ICE', iceState === 'connected' || iceState === 'completed'],
    ['DTLS', dtls === 'connected'],
  ]);
  const next = steps.findIndex(([, isDone]) => !isDone);
  return (
    <ol class="steps">
      {steps.map(([name, isDone], index) => {
        const state = isDone ? 'done' : index > next ? 'later' : isFailed ? 'failed' : 'now';
        return (
          <li key={name} class={state} aria-current={state === 'now' ? 'step' : undefined}>
            {name}
          </li>
        );
      })}
    </ol>
  );
}

/** @param {{ side: string, candidate: CandidateDetails, selected: boolean }} props */
function Candidate({ side, candidate, selected }) {
  const { type, protocol, address, port } = candidate;
  return (
    <li class={selected ? 'selected' : ''}>
      <span class="side-name">{side}</span>
      <span>
        {type} {protocol}
      </span>
      <code>{address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`}</code>
      {selected && <b>in use</b>}
    </li>
  );
}

/** @param {{ name: string, description: ConnectionDetails['localDescription'] }} props */
function Description({ name, description }) {
  if (!description) return null;
  return (
    <details class="sdp">
      <summary>
        {name} description ({description.type})
      </summary>
      <pre>{description.sdp.trim()}</pre>
    </details>
  );
}

/**
 * @param {CandidateDetails} a
 * @param {CandidateDetails | undefined} b
 */
function same(a, b) {
  return a.address === b?.address && a.port === b.port && a.protocol === b.protocol;
}

/**
 * @param {readonly CandidateDetails[]} candidates
 * @param {CandidateDetails} one
 */
function isAmong(candidates, one) {
  return candidates.some((candidate) => same(candidate, one));
}
