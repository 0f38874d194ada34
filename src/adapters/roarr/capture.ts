// Capture: wraps `ROARR.write`, so that handlers get a copy of each message.

import { type AdapterContext, isRelaying, terminalRole } from '../kit/adapter.js'
import { writeAndCopy } from '../kit/capture/copy.js'
import { take } from '../kit/capture/take.js'
import { cutRecord } from './flat.js'
import type { Write } from './library.js'
import { toRecord } from './record.js'

/** The replacement for `write`, which is the library's or the application's. */
export function captureWrite(write: Write, context: AdapterContext): Write {
  return (text) => {
    if (isRelaying() || terminalRole(context) === 'leave') return write(text)
    return writeAndCopy(
      context,
      'roarr',
      () => write(text),
      () => take(context, cutRecord(text) ?? toRecord(text), 'copy'),
    )
  }
}
