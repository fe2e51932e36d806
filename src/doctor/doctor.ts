import type { Check, DoctorReport } from './check.js';
import { readInstallation } from './installation.js';
import { hazardChecks, loopbackChecks, threadGuardCheck } from './live-checks.js';
import { bindingCheck, nodeCheck, packageCheck, threadCheck, usingCheck } from './static-checks.js';

/**
 * Looks at the machine and tries the library in processes of its own. `onCheck` is called with each result as it
 * comes.
 */
export async function runDoctor(onCheck: (check: Check) => void = () => {}): Promise<DoctorReport> {
  const checks: Check[] = [];
  const add = (...found: Check[]) => {
    checks.push(...found);
    found.forEach(onCheck);
  };
  const installation = readInstallation();
  const binding = bindingCheck(installation);
  const node = nodeCheck(installation);
  add(packageCheck(installation), node, binding, threadCheck(), usingCheck());
  if (binding.status === 'fail' || node.status === 'fail') {
    add(
      ...SKIPPED.map(([id, title]): Check => ({
        id,
        title,
        status: 'skip',
        detail: 'the library cannot be loaded',
      })),
    );
  } else {
    add(...(await loopbackChecks(installation)));
    add(await threadGuardCheck());
    add(...(await hazardChecks()));
  }
  return { healthy: !checks.some(({ status }) => status === 'fail'), checks };
}

const SKIPPED = [
  ['loopback', 'Connection'],
  ['thread-guard', 'Thread guard'],
  ['hazards', 'Hazards'],
] as const;
