import { useEffect, useRef, useState } from 'preact/hooks';

/**
 * @param {{
 *   isTrace: boolean, canSave: boolean, onFile: (file: Blob) => void, onLeave: (() => void) | undefined
 * }} props
 */
export function TraceButtons({ isTrace, canSave, onFile, onLeave }) {
  const input = useRef(/** @type {HTMLInputElement | null} */ (null));
  return (
    <span class="trace-buttons">
      {canSave && !isTrace && (
        <a class="action" href="trace" download="trace.json">
          Save trace
        </a>
      )}
      <button class="action" onClick={() => input.current?.click()}>
        Open trace
      </button>
      {isTrace && onLeave && (
        <button class="action" onClick={onLeave}>
          Back to the program
        </button>
      )}
      <input
        ref={input}
        type="file"
        accept="application/json,.json"
        aria-label="trace file"
        hidden
        onChange={(event) => {
          const { files } = event.currentTarget;
          if (files?.[0]) onFile(files[0]);
          event.currentTarget.value = '';
        }}
      />
    </span>
  );
}

/**
 * A file that is dropped anywhere on the page. True while one is held over it.
 * @param {(file: Blob) => void} onFile
 */
export function useDroppedFile(onFile) {
  const [dragging, setDragging] = useState(false);
  useEffect(() => {
    /** @param {DragEvent} event */
    const over = (event) => {
      event.preventDefault();
      setDragging(true);
    };
    /** @param {DragEvent} event */
    const leave = (event) => {
      if (event.relatedTarget === null) setDragging(false);
    };
    /** @param {DragEvent} event */
    const drop = (event) => {
      event.preventDefault();
      setDragging(false);
      const file = event.dataTransfer?.files[0];
      if (file) onFile(file);
    };
    addEventListener('dragover', over);
    addEventListener('dragleave', leave);
    addEventListener('drop', drop);
    return () => {
      removeEventListener('dragover', over);
      removeEventListener('dragleave', leave);
      removeEventListener('drop', drop);
    };
  }, [onFile]);
  return dragging;
}
