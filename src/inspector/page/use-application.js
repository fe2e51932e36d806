import { useCallback, useEffect, useMemo, useReducer, useRef, useState } from 'preact/hooks';
import { LiveModel } from '../model/live-model.ts';
import { openTrace } from '../model/trace-file.ts';
import { LiveSource } from './live-source.js';

/** @typedef {import('../model/trace-file.ts').OpenedTrace} OpenedTrace */

/**
 * What the page shows: the application it was opened from, or a trace that somebody gave it.
 */
export function useApplication() {
  const live = useMemo(() => new LiveModel(), []);
  const [opened, setOpened] = useState(
    /** @type {{ model: LiveModel, trace: OpenedTrace } | undefined} */ (undefined),
  );
  const [problem, setProblem] = useState('');
  const [, redraw] = useReducer((/** @type {number} */ count) => count + 1, 0);
  const [state, setState] = useState(/** @type {import('./live-source.js').SourceState} */ ('connecting'));
  const source = useRef(/** @type {LiveSource | undefined} */ (undefined));
  useEffect(() => {
    source.current = new LiveSource((message) => {
      live.apply(message);
      redraw(undefined);
    }, setState);
    source.current.open();
    return () => source.current?.close();
  }, []);
  const show = useCallback(async (/** @type {Blob} */ file) => {
    try {
      const trace = openTrace(await file.text());
      const model = new LiveModel();
      model.apply(trace.message);
      source.current?.close('file');
      setProblem('');
      setOpened({ model, trace });
    } catch (error) {
      setProblem(/** @type {Error} */ (error).message);
    }
  }, []);
  const resume = () => {
    setOpened(undefined);
    setProblem('');
    source.current?.open();
  };
  return {
    model: opened?.model ?? live,
    trace: opened?.trace,
    source: state,
    problem,
    show,
    pause: () => source.current?.close(),
    resume,
  };
}
