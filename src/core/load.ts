// Load: loads what only the running program knows, or what may not be installed.
//
// A bundler follows each `require`, and puts one that it cannot follow out of use.

import { createRequire } from 'node:module'

/** `require` for a path, or for the name of a package that logshare can see. */
export function loadOptional(path: string): unknown {
  return createRequire(__filename)(path)
}
