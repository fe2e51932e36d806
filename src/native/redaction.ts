/**
 * What the library says, without the secrets in it: passwords of ICE and of servers, keys of SRTP, and what follows
 * the host in a URL, where tokens are. Seen in its log at `Verbose` and `Debug`, and in exceptions that quote a URL
 * (src/configuration.cpp, src/impl/websocket.cpp, src/impl/wshandshake.cpp, and libjuice's src/agent.c).
 */
export function withoutSecrets(text: string): string {
  if (!SUSPECT.test(text)) return text;
  return text
    .replace(/(a=ice-pwd:)\S+/gi, `$1${REDACTED}`)
    .replace(/(\binline:)[^\s|]+/gi, `$1${REDACTED}`)
    .replace(/(\b(?:pwd|password|credential)\s*[=:]\s*)("[^"]*"|\S+)/gi, `$1"${REDACTED}"`)
    .replace(/(\bpath=")[^"]*/gi, `$1${REDACTED}`)
    .replace(/(\bURL: (?:wss?:\/\/[^/?#@\s]+(?=[/?#\s]|$))?).*/is, `$1${REDACTED}`);
}

const REDACTED = '[redacted]';
const SUSPECT = /pwd|password|credential|path="|inline:|URL: /i;
