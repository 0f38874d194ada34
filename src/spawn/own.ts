// Own: copies of the options that an application gives to a call. Object.prototype may have been changed, and then means for
// the copy what it means for the original.

/** A copy with these changes, which inherits what the original does. */
export function withOwn<T extends object, U>(original: T, changed: U): T & U {
  return Object.setPrototypeOf({ ...original, ...changed }, Object.getPrototypeOf(original))
}
