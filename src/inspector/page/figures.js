const STEPS = ['', 'k', 'M', 'G', 'T'];

/**
 * `1234567` is `1.2 M`.
 * @param {number} value
 * @param {string} [unit]
 */
export function amount(value, unit = '') {
  let step = 0;
  let rest = value;
  while (Math.abs(rest) >= 1000 && step < STEPS.length - 1) {
    rest /= 1000;
    step++;
  }
  const digits = step === 0 || Math.abs(rest) >= 100 ? 0 : 1;
  const suffix = `${STEPS[step]}${unit}`;
  return `${rest.toFixed(digits)}${suffix && ` ${suffix}`}`;
}

/**
 * `1 message`, `2 messages`.
 * @param {number} value
 * @param {string} one
 */
export function count(value, one) {
  return `${value} ${one}${value === 1 ? '' : 's'}`;
}

/** @param {number} ms */
export function age(ms) {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** @param {number} ms */
export function duration(ms) {
  if (ms >= 1000) return `${(ms / 1000).toFixed(2)} s`;
  return ms >= 10 ? `${ms.toFixed(0)} ms` : `${ms.toFixed(1)} ms`;
}

/** @param {number} at */
export function timeOfDay(at) {
  return new Date(at).toLocaleTimeString(undefined, { hour12: false });
}
