// npm run simulate:exhaustive -- [--messages N] [--json]
import { parseArgs } from 'node:util';
import { explore, scenarios } from './exhaustive.js';

const { values } = parseArgs({
  options: { messages: { type: 'string', default: '1' }, json: { type: 'boolean', default: false } },
});
const most = Number(values.messages);
const total = { scenarios: 0, states: 0, steps: 0, ends: 0, faults: 0 };
const started = performance.now();
for (const scenario of scenarios(most)) {
  const { faults, ...explored } = explore(scenario);
  total.scenarios++;
  for (const key of ['states', 'steps', 'ends'] as const) total[key] += explored[key];
  total.faults += faults.length;
  for (const fault of faults) console.error(fault);
}
const seconds = (performance.now() - started) / 1000;
if (values.json) console.log(JSON.stringify({ ...total, seconds }));
else {
  console.log(
    `every order of events of ${total.scenarios} scenarios with up to ${most} messages each way: ${total.states} states, ` +
      `${total.steps} steps, ${total.ends} ends, ${total.faults} faults, in ${seconds.toFixed(1)} s`,
  );
}
process.exitCode = total.faults > 0 ? 1 : 0;
