// Surroundings: what `logshare doctor` finds about Node, the system and the installation.

import { resolve } from 'node:path'
import { process } from '../../core/originals.js'
import { canPreload, PRELOAD } from '../../spawn/preload.js'
import type { Finding } from './finding.js'

const area = 'node'
const OLDEST = 20

export function checkSurroundings(version: string, env: NodeJS.ProcessEnv): Finding[] {
  return [checkNode(), checkInstallation(version), ...checkOptions(env), ...checkPermission()]
}

function checkNode(): Finding {
  const what = `Node.js ${process.version} on ${process.platform} ${process.arch}`
  if (Number.parseInt(process.version.slice(1), 10) >= OLDEST) return { area, state: 'ok', what }
  return { area, state: 'wrong', what, remedy: `logshare needs Node.js ${OLDEST} or newer` }
}

function checkInstallation(version: string): Finding {
  const what = `logshare ${version} in ${resolve(PRELOAD, '..')}`
  if (canPreload()) return { area, state: 'ok', what }
  return {
    area,
    state: 'wrong',
    what,
    remedy: `${PRELOAD} cannot be read, or too few files may be open`,
  }
}

function checkOptions(env: NodeJS.ProcessEnv): Finding[] {
  const findings: Finding[] = []
  if (env.LOGSHARE_DISABLE === '1') {
    const remedy = 'unset it to have logshare in your programs'
    findings.push({ area, state: 'wrong', what: 'LOGSHARE_DISABLE is 1', remedy })
  }
  const options = env.NODE_OPTIONS ?? ''
  const isPreloaded = options.includes('logshare')
  const what = isPreloaded
    ? `NODE_OPTIONS preloads logshare: ${options}`
    : 'NODE_OPTIONS does not preload logshare'
  findings.push({ area, state: 'ok', what })
  return findings
}

// https://nodejs.org/api/permissions.html
function checkPermission(): Finding[] {
  if (!('permission' in process) || process.permission === undefined) return []
  const what = 'the permission model is on: children start without logshare'
  return [
    {
      area,
      state: 'note',
      what,
      remedy: 'allow files of the runtime directory, workers and children',
    },
  ]
}
