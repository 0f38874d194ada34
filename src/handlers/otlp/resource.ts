// OTLP resource: the OpenTelemetry resource that describes the application in every request (name, host, process).
//
// https://opentelemetry.io/docs/specs/semconv/resource/

import { basename } from 'node:path'
import type { Resource } from '@opentelemetry/resources'
import type { OtlpHandlerOptions } from '../../config/remote.js'
import { process } from '../../core/originals.js'
import { loadPackage } from '../packages.js'

/**
 * Merges, later ones overriding earlier ones: SDK defaults, host, process, `app` as `service.name`, the environment
 * (`OTEL_RESOURCE_ATTRIBUTES`, `OTEL_SERVICE_NAME`), the handler's `resource` option.
 */
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

// Not from the SDK's process detector, which would report the listener thread's arguments.
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
