// Files: keeps winston's file transports in a child from opening files and creating directories.

import { PassThrough } from 'node:stream'
import * as shimmer from 'shimmer'
import { hookPackage } from '../kit/hook/package.js'
import { hookRotator } from './rotator.js'

interface FileTransport {
  open(): void
  _createLogDirIfNotExist?(path: string): void
}

const FILE = {
  name: 'winston',
  main: /[\\/]winston[\\/]lib[\\/]winston[\\/]transports[\\/]file\.js$/,
  internal: true,
}

/** Affects transports created from now on. Returns a function that undoes the patch. */
export function suppressFiles(): () => void {
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
    hookRotator(() => new PassThrough().resume()),
  )
  return () => {
    for (const each of undo) each()
  }
}
