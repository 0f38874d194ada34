// Relay: writes a child's event through the file appenders that the root has configured for its category.

import { notice, reasonOf } from '../../core/notice.js'
import { process } from '../../core/originals.js'
import type { LogRecord } from '../../core/record.js'
import { whileRelaying } from '../kit/adapter.js'
import { guardStream } from '../kit/relay/pipe.js'
import { selectAppenders } from './appenders.js'
import { writeFiles } from './files.js'
import { configuredCopy } from './library.js'
import { fromExtra } from './record.js'

/** Returns undefined if the root has not configured log4js, false if writing the record failed. */
export function relay(
  { name, pid, source }: LogRecord,
  extra: string | undefined,
): boolean | undefined {
  if (extra === undefined) return false
  const copy = configuredCopy(name)
  if (!copy?.clustering) return undefined
  const { clustering } = copy
  try {
    const { event, isForAll } = fromExtra(extra, name, pid, copy)
    const write = (): void => clustering.send(event)
    if (isForAll) guardStream(process.stdout, source)
    whileRelaying(isForAll ? write : () => selectAppenders('files', write))
    writeFiles()
    return true
  } catch (error) {
    const reason = `log4js in the root could not write a record: ${reasonOf(error)}`
    notice('LOGSHARE_WARN_HANDLER', reason, 'log4js')
    return false
  }
}
