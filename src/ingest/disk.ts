import { freeBytes } from "../journal/files.ts";

/** Whether the disk still has room for what is to be acknowledged; looked at every few seconds. */
export interface DiskWatch {
  readonly low: boolean;
  /** Looks now: after the journal was refused room. */
  look(): Promise<void>;
  stop(): void;
}

const LOOK_EVERY_MS = 2_000;

/** @param free how many bytes are left; a look that fails changes nothing. */
export function watchDisk(given: {
  path: string;
  free_bytes_min: number;
  log: (level: "info" | "warn" | "error", message: string) => void;
  free?: (path: string) => Promise<number>;
}): DiskWatch {
  const free = given.free ?? freeBytes;
  let low = false;
  const look = async (): Promise<void> => {
    const bytes = await free(given.path).catch(() => null);
    if (bytes === null || bytes < given.free_bytes_min === low) return;
    low = !low;
    const mib = Math.floor(bytes / 1024 / 1024);
    if (low)
      given.log(
        "error",
        `disk: ${mib} MiB are free, too few to take events; they are answered 503 until there is room`,
      );
    else given.log("info", `disk: ${mib} MiB are free again, events are taken`);
  };
  const timer = setInterval(look, LOOK_EVERY_MS);
  timer.unref();
  void look();
  return {
    get low() {
      return low;
    },
    look,
    stop: () => clearInterval(timer),
  };
}
