/** @typedef {import('preact').ComponentChildren} ComponentChildren */

/** Characters of a name and its value that fit into half of the width of a phone. */
const HALF_LINE = 22;

/**
 * Names and values; a value that is not there takes no room, a long one a line of its own.
 * @param {{ title?: string, facts: Readonly<Record<string, ComponentChildren>> }} props
 */
export function Facts({ title, facts }) {
  const present = Object.entries(facts).filter(
    ([, value]) => value !== undefined && value !== false && value !== '',
  );
  if (present.length === 0) return null;
  return (
    <>
      {title && <h3>{title}</h3>}
      <dl class="facts-list">
        {present.map(([name, value]) => (
          <div key={name} data-detail={name} class={isLong(name, value) ? 'long' : ''}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

/**
 * @param {string} name
 * @param {ComponentChildren} value
 */
function isLong(name, value) {
  return typeof value === 'object' || name.length + String(value).length > HALF_LINE;
}

/** @param {{ paths: readonly string[], onSelect: (path: string) => void }} props */
export function Paths({ paths, onSelect }) {
  return (
    <>
      {paths.map((path) => (
        <button key={path} class="link" onClick={() => onSelect(path)}>
          {path}
        </button>
      ))}
    </>
  );
}

/**
 * Why something ended, down to the first cause.
 * @param {{ error: import('../../diagnostics/described-error.js').DescribedError, at: string }} props
 */
export function Cause({ error, at }) {
  const chain = [];
  for (let next = /** @type {typeof error | undefined} */ (error); next; next = next.cause) chain.push(next);
  return (
    <div class="cause" role="note" data-detail="cause">
      {chain.map(({ name, code, message }, index) => (
        <p key={index}>
          <b>
            {index === 0 ? at : 'because'} {code ?? name}
          </b>{' '}
          {message}
        </p>
      ))}
    </div>
  );
}
