// App: what an application is called where nobody has said.

import { basename, extname } from 'node:path'

/** The name of the process's script without its extension; `node` if it has none. */
export function scriptName(): string {
  const script = basename(process.argv[1] ?? '')
  return basename(script, extname(script)) || 'node'
}
