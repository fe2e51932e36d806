import { useEffect, useMemo, useState } from 'preact/hooks';

/**
 * Whether a media query holds now.
 * @param {string} text
 */
export function useMedia(text) {
  const query = useMemo(() => matchMedia(text), [text]);
  const [matches, setMatches] = useState(query.matches);
  useEffect(() => {
    const listener = () => setMatches(query.matches);
    query.addEventListener('change', listener);
    return () => query.removeEventListener('change', listener);
  }, [query]);
  return matches;
}
