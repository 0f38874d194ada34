// Files of winston in a child: none is opened, no directory is made.

import { PassThrough } from 'node:stream'
import * as shimmer from 'shimmer'
import { hookPackage } from '../hook.js'
import { isCalledFrom } from '../place.js'

interface FileTransport {
  open(): void
  _createLogDirIfNotExist?(path: string): void
}

interface Rotator {
  getStream(options: unknown): unknown
}

const FILE = {
  name: 'winston',
  main: /[\\/]winston[\\/]lib[\\/]winston[\\/]transports[\\/]file\.js$/,
  internal: true,
}
const ROTATOR = {
  name: 'file-stream-rotator',
  main: /[\\/]file-stream-rotator[\\/]FileStreamRotator\.js$/,
  internal: true,
}
const DAILY = /[\\/]winston-daily-rotate-file[\\/]daily-rotate-file\.js/

/** Keeps transports made from now on from opening their files; returns the undo. */
export function leaveFilesClosed(): () => void {
  const undo: (() => void)[] = []
  undo.push(
    hookPackage(FILE, (exports) => {
      const { prototype } = exports as { prototype: FileTransport }
      const methods = (['open', '_createLogDirIfNotExist'] as const).filter(
        (name) => prototype[name],
      )
      shimmer.massWrap([prototype], [...methods], () => () => {})
      undo.push(() => shimmer.massUnwrap([prototype], [...methods]))
    }),
    hookPackage(ROTATOR, (exports) => {
      const rotator = exports as Rotator
      shimmer.wrap(rotator, 'getStream', (original) => {
        return function getStream(this: unknown, options) {
          // Others use it for streams of their own.
          return isCalledFrom(DAILY) ? new PassThrough().resume() : original.call(this, options)
        }
      })
      undo.push(() => shimmer.unwrap(rotator, 'getStream'))
    }),
  )
  return () => {
    for (const each of undo) each()
  }
}
