// OTLP resource: what the records of one application come from.

import { basename } from 'node:path'
import type { Resource } from '@opentelemetry/resources'
import type { OtlpHandlerOptions } from '../../config/remote.js'
import { loadPackage } from '../packages.js'

/** Later ones go before earlier ones: the SDK, the host, the process, the environment, the handler's options. */
export async function detectResource({ resource, app }: OtlpHandlerOptions): Promise<Resource> {
  const { defaultResource, detectResources, envDetector, hostDetector, resourceFromAttributes } =
    loadPackage('@opentelemetry/resources') as typeof import('@opentelemetry/resources')
  const detected = defaultResource()
    .merge(detectResources({ detectors: [hostDetector] }))
    .merge(resourceFromAttributes({ ...processAttributes(), ...distribution() }))
    .merge(resourceFromAttributes(app === undefined ? {} : { 'service.name': app }))
    .merge(detectResources({ detectors: [envDetector] }))
    .merge(resourceFromAttributes({ ...resource }))
  await detected.waitForAsyncAttributes?.()
  return detected
}

// Not by the SDK's detector: the listener's thread has arguments of its own.
function processAttributes(): Record<string, string | number> {
  return {
    'process.pid': process.pid,
    'process.executable.name': basename(process.execPath),
    'process.executable.path': process.execPath,
    'process.runtime.name': 'nodejs',
    'process.runtime.version': process.versions.node,
    'process.runtime.description': 'Node.js',
  }
}

function distribution(): Record<string, string> {
  const { name, version } = require('../../../package.json') as { name: string; version: string }
  return { 'telemetry.distro.name': name, 'telemetry.distro.version': version }
}
