// Levels: announces whether roarr is on in the root, and turns it on in children.

import type { AdapterContext } from '../kit/adapter.js'

/** Announced if roarr is on. roarr itself has no levels: it writes all messages or none. */
const ON = 10

/** roarr is on if the variable ROARR_LOG says so. A child whose environment lacks the variable follows the root. */
export function followRoot({ role, levels }: AdapterContext): void {
  const { ROARR_LOG: value } = process.env
  if (role === 'take' && value === undefined && levels.find('roarr', 'roarr') === ON) {
    process.env.ROARR_LOG = 'true'
  } else if (role !== 'take' && /^(?:true|t|yes|y|on|1)$/i.test(value ?? '')) {
    levels.announce('roarr', 'roarr', ON)
  }
}
