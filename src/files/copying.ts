import type { Disk, NewFile } from './disk.js'
import { on } from './trouble.js'

const chunkBytes = 1024 * 1024

/** Copies a file into a new one, which is safe on the disk when this resolves. Answers how long it is. */
export async function copyFile({
  disk,
  source,
  path,
  openNew,
  onMade,
  onBytes,
  signal,
}: {
  disk: Disk
  source: string
  path: string
  /** Makes the new file there. */
  openNew: () => Promise<NewFile>
  /** Hears that the new file is there, empty. */
  onMade: () => void
  /** Hears after each chunk how many bytes more there are. */
  onBytes: (bytes: number) => void
  signal?: AbortSignal
}): Promise<number> {
  const from = await on('reading', source, () => disk.openSource(source))
  try {
    const to = await on('making', path, openNew)
    onMade()
    try {
      return await pour()
    } finally {
      await on('making', path, () => to.close())
    }

    async function pour(): Promise<number> {
      const chunk = Buffer.alloc(chunkBytes)
      for (let copied = 0; ; ) {
        signal?.throwIfAborted()
        const { bytesRead } = await on('reading', source, () => from.read(chunk, 0, chunkBytes))
        if (bytesRead === 0) {
          await on('making', path, () => to.sync())
          return copied
        }
        await on('making', path, () => writeAll(chunk.subarray(0, bytesRead)))
        copied += bytesRead
        onBytes(bytesRead)
      }
    }

    /** A disk that is almost full may take less than it is given. */
    async function writeAll(bytes: Buffer): Promise<void> {
      for (let at = 0; at < bytes.length; ) {
        at += (await to.write(bytes, at, bytes.length - at)).bytesWritten
      }
    }
  } finally {
    await from.close()
  }
}
