// Namespaces: announces the namespaces that are enabled in the root, and enables them in children.

import * as shimmer from 'shimmer'
import type { Levels } from '../../core/levels.js'
import { process } from '../../core/originals.js'

const LIB = 'debug'

/** One copy of debug 2 to 4. */
export interface Enabling {
  enable(namespaces: string): void
  /** Writes the enabled namespaces to the environment variable DEBUG. */
  save(namespaces: string): void
  load(): string | undefined
  /** The enabled namespaces; only in version 4. */
  readonly namespaces?: string
}

/** In the root: announces to children which namespaces are enabled, now and after each change. Returns the undo. */
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
 * In a child: enables the namespaces that the root has enabled, now and after each change, until the child calls `enable`
 * itself. A child that was started with another `DEBUG` than the root's counts as having done so. Returns the undo.
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
    const announced = levels.findText(LIB)
    if (isOwn || announced === undefined || announced === known) return
    known = announced
    isFollowing = true
    try {
      withoutSaving(copy, () => copy.enable(announced))
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

// `enable` calls `save`, which would change the child's environment.
function withoutSaving(copy: Enabling, act: () => void): void {
  const { save } = copy
  copy.save = () => {}
  try {
    act()
  } finally {
    copy.save = save
  }
}
