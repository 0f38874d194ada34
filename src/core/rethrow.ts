// Rethrow: throws an error of the application's again, without the frames that are ours.

/** `above`: the function of ours whose frame, and those above it, are left out. */
export function rethrow(error: unknown, above: (...args: never[]) => unknown): never {
  let frames: typeof import('./frames.js')
  try {
    frames = require('./frames.js') as typeof import('./frames.js')
  } catch {
    throw error // the package has been removed
  }
  return frames.rethrow(error, above)
}
