import { readFile, statfs } from "node:fs/promises";
import type { Hostile } from "./program.ts";

const mib = 1 << 20;

async function free(folder: string): Promise<{ memory: number; disk: number }> {
  const available = /^MemAvailable: +(\d+)/m.exec(await readFile("/proc/meminfo", "utf8"))?.[1] ?? "0";
  const { bavail, bsize } = await statfs(folder);
  return { memory: Number(available) / 1024, disk: (bavail * bsize) / mib };
}

/** Measures from outside what the whole machine loses, MiB, until `over` is asked; others' work on it counts too. */
export async function startMeter(folder: string): Promise<{ over(most: Hostile["most"]): string[] }> {
  const before = await free(folder);
  const lost = { memory: 0, disk: 0 };
  const timer = setInterval(async () => {
    const now = await free(folder);
    lost.memory = Math.max(lost.memory, before.memory - now.memory);
    lost.disk = Math.max(lost.disk, before.disk - now.disk);
  }, 50);
  return {
    over(most = {}) {
      clearInterval(timer);
      const found: string[] = [];
      if (lost.memory > (most.memoryMb ?? Infinity)) found.push(`took ${lost.memory.toFixed(0)} MiB of memory`);
      if (lost.disk > (most.diskMb ?? Infinity)) found.push(`took ${lost.disk.toFixed(0)} MiB of disk`);
      return found;
    },
  };
}
