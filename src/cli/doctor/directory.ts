// Directory: what `logshare doctor` finds about runtime directories: that one can be made, reached and mapped.

import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { makeDirectory, removeDirectory } from '../../core/directory.js'
import { dropLock } from '../../core/lock.js'
import { reasonOf } from '../../core/notice.js'
import { doorbellPath } from '../../queue/doorbell.js'
import { isMappable, mapFile } from '../../queue/mapping.js'
import type { Finding } from './finding.js'

const area = 'directory'
const SIZE = 4096

export async function checkRuntime(): Promise<Finding[]> {
  let path: string
  try {
    path = makeDirectory()
  } catch (error) {
    const remedy = 'give LOGSHARE_DIR a folder that only this user can write to'
    return [{ area, state: 'wrong', what: reasonOf(error), remedy }]
  }
  try {
    const made: Finding = { area, state: 'ok', what: `queues are in ${path}` }
    return [made, await checkSocket(path), checkMapping(path)]
  } finally {
    dropLock(path)
    removeDirectory(path)
  }
}

function checkSocket(directory: string): Promise<Finding> {
  return new Promise((done) => {
    const server = createServer()
    server.on('error', (error) => {
      const what = `children cannot wake the listener, which polls: ${reasonOf(error)}`
      done({ area, state: 'note', what, remedy: 'a shorter path in LOGSHARE_DIR, on a local disk' })
    })
    server.listen(doorbellPath(directory), () => {
      server.close(() => done({ area, state: 'ok', what: 'children can wake the listener' }))
    })
  })
}

function checkMapping(directory: string): Finding {
  try {
    if (!isMappable(directory)) {
      return { area, state: 'note', what: 'queues are plain files: this file system is not mapped' }
    }
    const fd = openSync(join(directory, 'probe.q'), 'wx+', 0o600)
    try {
      ftruncateSync(fd, SIZE)
      writeSync(fd, Buffer.alloc(SIZE))
      mapFile(fd, SIZE).unmap()
    } finally {
      closeSync(fd)
    }
    return { area, state: 'ok', what: 'queues of busy processes can be mapped into memory' }
  } catch (error) {
    const what = `queues are plain files, which is slower: ${reasonOf(error).split('\n', 1)[0]}`
    return { area, state: 'note', what, remedy: 'npm install koffi' }
  }
}
