// Booms: knows the files of sonic-boom's streams, pino's destinations, also before they are open.

import { hookPackage } from '../kit/hook/package.js'
import { notePath } from '../kit/paths.js'

const PACKAGE = {
  name: 'sonic-boom',
  main: /[\\/]sonic-boom[\\/]index\.js$/,
  internal: true,
}

interface Options {
  readonly fd?: unknown
  readonly dest?: unknown
}

type Class = new (options?: Options) => object

let SonicBoom: Class | undefined

/** The class of the copy that was loaded last. */
export function destinationClass(): unknown {
  return SonicBoom
}

/** Watches the streams that are made from now on. Returns the undo. */
export function watchBooms(): () => void {
  return hookPackage(PACKAGE, (exports) => {
    if (typeof exports !== 'function') return undefined
    SonicBoom = exports as Class
    return new Proxy(SonicBoom, {
      construct(target, args: [Options?], newTarget) {
        const stream = Reflect.construct(target, args, newTarget) as object
        const { fd, dest } = args[0] ?? {}
        const file = fd || dest
        if (typeof file === 'string') notePath(stream, file)
        return stream
      },
    })
  })
}
