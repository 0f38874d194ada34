// Redacted: the entry of a name for a logger that redacts more than all others do.

import { createRedact, type Redact } from '../core/redact.js'
import type { Node } from './registry.js'

/**
 * An entry that stands for another, whose level it has, with further paths to redact. Throws the error of
 * `@pinojs/redact` for a path that does not parse.
 */
export function withRedact(node: Node, paths: readonly string[]): Node {
  const own = createRedact(paths)
  if (!own) return node
  const read = (): Redact => {
    const base = node.registry.redact
    return base ? both(base, own) : own
  }
  const registry = Object.create(node.registry, { redact: { get: read } }) as object
  return Object.create(node, { registry: { value: registry } }) as Node
}

function both(first: Redact, second: Redact): Redact {
  return {
    fields: (encoded) => second.fields(first.fields(encoded)),
    args: (args) => second.args(first.args(args)),
    value: (value) => second.value(first.value(value)),
    message: (text) => second.message(first.message(text)),
    name: (text) => second.name(first.name(text)),
  }
}
