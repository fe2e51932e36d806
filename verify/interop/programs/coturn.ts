import { startTurnServer } from '../../../test/support/turn-server.js';
import { sayLine, takeLines } from './lines.js';

/** A TURN server of its own: `coturn.ts PROGRAM`. */
const [, , program = ''] = process.argv;

const server = await startTurnServer(program, ['--lt-cred-mech', '--user=user:pass']);
takeLines(
  ({ id, call }) => {
    if (call === 'die') server.process.kill('SIGKILL');
    sayLine({
      id,
      value: { urls: `turn:127.0.0.1:${server.port}`, username: 'user', credential: 'pass' },
    });
  },
  () => void server.stop().then(() => process.exit()),
);
sayLine({ event: 'ready' });
