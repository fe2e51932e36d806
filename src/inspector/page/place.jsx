/**
 * `file:line:column`, as a link where the program said how an editor is opened.
 * @param {{ place: string, head: import('../model/live-model.ts').Head | undefined }} props
 */
export function Place({ place, head }) {
  const [, file, line, column] = /^(.*):(\d+):(\d+)$/.exec(place) ?? [];
  if (!head?.editor || file === undefined) return <code class="place">{place}</code>;
  const isWhole = file.startsWith('/') || /^[a-z]:\\/i.test(file);
  const whole = isWhole ? file : `${head.folder}/${file}`;
  const url = head.editor
    .replaceAll('{file}', encodeURI(whole).replace(/[#?]/g, encodeURIComponent))
    .replaceAll('{line}', line ?? '1')
    .replaceAll('{column}', column ?? '1');
  return (
    <a class="place" href={url}>
      {place}
    </a>
  );
}
