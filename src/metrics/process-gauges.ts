import { Counter, Gauge, type Registry } from 'prom-client'

/**
 * What the process itself uses, under the names that prom-client gives it. Read when somebody asks: the ready-made
 * ones would measure the event loop a hundred times a second, and watch the garbage collection for good.
 */
export function addProcess(registry: Registry): void {
  const registers = [registry]
  const { user, system } = process.cpuUsage()
  const { rss, heapTotal, heapUsed, external } = process.memoryUsage()

  counter('process_cpu_user_seconds_total', 'User CPU time spent in seconds.', user / 1e6)
  counter('process_cpu_system_seconds_total', 'System CPU time spent in seconds.', system / 1e6)
  counter('process_cpu_seconds_total', 'User and system CPU time spent in seconds.', (user + system) / 1e6)
  gauge('process_start_time_seconds', 'When the process started.', Date.now() / 1_000 - process.uptime())
  gauge('process_resident_memory_bytes', 'Resident memory.', rss)
  gauge('nodejs_heap_size_total_bytes', 'Size of the heap of Node.js.', heapTotal)
  gauge('nodejs_heap_size_used_bytes', 'Used part of that heap.', heapUsed)
  gauge('nodejs_external_memory_bytes', 'Memory outside of that heap.', external)

  function counter(name: string, help: string, value: number): void {
    new Counter({ name, help, registers }).inc(value)
  }

  function gauge(name: string, help: string, value: number): void {
    new Gauge({ name, help, registers }).set(value)
  }
}
