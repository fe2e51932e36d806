import { useState } from 'preact/hooks';

/**
 * Panels of which one is seen, as WAI-ARIA has them: the arrow keys go from tab to tab.
 * @param {{
 *   tabs: Readonly<Record<string, () => import('preact').ComponentChildren>>,
 *   counts: Readonly<Record<string, number>>
 * }} props
 */
export function Tabs({ tabs, counts }) {
  const names = Object.keys(tabs);
  const [chosen, setChosen] = useState(names[0]);
  const name = chosen ?? '';
  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    const next = names[(names.indexOf(name) + step + names.length) % names.length];
    setChosen(next);
    document.getElementById(`tab-${next}`)?.focus();
  };
  return (
    <>
      <div class="tabs" role="tablist" onKeyDown={onKeyDown}>
        {names.map((each) => (
          <button
            key={each}
            id={`tab-${each}`}
            role="tab"
            aria-selected={each === name}
            aria-controls="tab-panel"
            tabIndex={each === name ? 0 : -1}
            onClick={() => setChosen(each)}
          >
            {each} <small>{counts[each]}</small>
          </button>
        ))}
      </div>
      <div class="tab-panel" id="tab-panel" role="tabpanel" aria-labelledby={`tab-${name}`}>
        {tabs[name]?.()}
      </div>
    </>
  );
}
