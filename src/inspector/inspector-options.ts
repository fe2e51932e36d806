import { wrongType, type Given, integer, readOptions, singleLine } from '../arguments/argument.js';
import { RUNTIME_TRACE } from '../diagnostics/trace.js';
import { RtcRuntime } from '../runtime/rtc-runtime.js';

export interface InspectorOptions {
  /** TCP port on 127.0.0.1. Default 0: a free one. */
  port?: number | undefined;
  /** The runtime to show. Default: the shared runtime. */
  runtime?: RtcRuntime | undefined;
  /** Milliseconds between two snapshots while a page is open. From 50 to 10 000, default 250. */
  interval?: number | undefined;
  /**
   * A URL that opens a source location in your editor, with the placeholders `{file}`, `{line}` and `{column}`, such as
   * `vscode://file/{file}:{line}:{column}`. Default: the environment variable SCOPED_RTC_EDITOR; without either,
   * locations are plain text.
   */
  editor?: string | undefined;
}

/** Throws a `TypeError` or `RangeError` that names the option. */
export function checkInspectorOptions(
  options: unknown,
): Required<Given<Omit<InspectorOptions, 'editor'>>> & { readonly editor: string | undefined } {
  const checked = readOptions<InspectorOptions>(options, 'options', {
    port: integer(0, 65_535),
    runtime: (value, name) => {
      // Not `instanceof`: another copy of the package has a class of its own.
      if (typeof (value as RtcRuntime | null)?.[RUNTIME_TRACE]?.record !== 'function')
        throw wrongType(name, 'an RtcRuntime', value);
      return value as RtcRuntime;
    },
    interval: integer(50, 10_000, 'milliseconds'),
    editor: editorUrl,
  });
  return {
    port: checked.port ?? 0,
    runtime: checked.runtime ?? RtcRuntime.shared,
    interval: checked.interval ?? 250,
    editor: checked.editor ?? editorOfEnvironment(),
  };
}

function editorOfEnvironment(): string | undefined {
  const given = process.env.SCOPED_RTC_EDITOR;
  return given ? editorUrl(given, 'SCOPED_RTC_EDITOR') : undefined;
}

/** Refuses schemes whose URLs a browser would run as a script. */
function editorUrl(value: unknown, name: string): string {
  const text = singleLine(value, name);
  if (!/^(?!javascript|data|vbscript|blob)[a-z][a-z0-9+.-]*:.*\{file\}/i.test(text))
    throw new TypeError(`${name} must be a URL with {file} in it, such as vscode://file/{file}:{line}`);
  return text;
}
