// App: what the application is called where receivers keep logs of several.

import { basename, extname } from 'node:path'

/** The name of the script this process runs, without its ending; `node` if it runs none. */
export function appName(): string {
  const script = process.argv[1]
  return script ? basename(script, extname(script)) : 'node'
}
