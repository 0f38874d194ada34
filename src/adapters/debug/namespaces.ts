// Namespaces: which of them debug prints, in the root as it says, in children as the root says.

import * as shimmer from 'shimmer'
import type { Levels } from '../../core/levels.js'

const LIB = 'debug'

/** One copy of debug 2 to 4. */
export interface Enabling {
  enable(namespaces: string): void
  /** Puts what is enabled into the environment. */
  save(namespaces: string): void
  load(): string | undefined
  /** What is enabled, in version 4. */
  readonly namespaces?: string
}

/** In the root: tells children what is enabled now, and what will be. Returns the undo. */
export function announceNamespaces(copy: Enabling, levels: Levels): () => void {
  const announce = (namespaces: unknown): void => {
    levels.announceText(LIB, typeof namespaces === 'string' ? namespaces : '')
  }
  announce(copy.namespaces ?? copy.load())
  shimmer.wrap(copy, 'enable', (original) => {
    return function enable(this: unknown, namespaces) {
      original.call(this, namespaces)
      announce(namespaces)
    }
  })
  return () => shimmer.unwrap(copy, 'enable')
}

/**
 * In a child: enables what the root has enabled, now and whenever that changes, until the child itself enables anything.
 * One that was started with a `DEBUG` other than the root's has done so. Returns the undo.
 */
export function followNamespaces(copy: Enabling, levels: Levels): () => void {
  const given = process.env.DEBUG
  let known = given ?? ''
  let isOwn = given !== undefined && given !== (levels.findText(LIB) ?? given)
  let isFollowing = false
  shimmer.wrap(copy, 'enable', (original) => {
    return function enable(this: unknown, namespaces) {
      if (!isFollowing) isOwn = true
      original.call(this, namespaces)
    }
  })
  const follow = (): void => {
    const told = levels.findText(LIB)
    if (isOwn || told === undefined || told === known) return
    known = told
    isFollowing = true
    try {
      unsaved(copy, () => copy.enable(told))
    } finally {
      isFollowing = false
    }
  }
  follow()
  const unwatch = levels.watch(follow)
  return () => {
    unwatch()
    shimmer.unwrap(copy, 'enable')
  }
}

// The child's environment stays as its parent has made it.
function unsaved(copy: Enabling, act: () => void): void {
  const { save } = copy
  copy.save = () => {}
  try {
    act()
  } finally {
    copy.save = save
  }
}
