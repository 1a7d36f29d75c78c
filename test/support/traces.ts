/** Looks for texts in every file of a folder, byte by byte: as they are, and in what zstd holds packed. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** By text: the files that hold it. */
export async function tracesIn(folder: string, texts: readonly string[]): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  for (const name of readdirSync(folder, { recursive: true }).map(String).sort()) {
    const path = join(folder, name);
    const bytes = contentOf(path);
    if (bytes === null) continue;
    const contents = [bytes, ...(name.includes(".zst") ? unpacked(bytes) : [])];
    for (const text of texts) {
      const forms = [Buffer.from(text), Buffer.from(text, "utf16le"), Buffer.from(JSON.stringify(text).slice(1, -1))];
      if (!contents.some((content) => forms.some((form) => content.includes(form)))) continue;
      found.set(text, [...(found.get(text) ?? []), name]);
    }
  }
  return found;
}

/** Null for a folder, and for a file that a running server has taken away since it was listed: what is gone holds no trace. */
function contentOf(path: string): Buffer | null {
  try {
    return statSync(path).isFile() ? readFileSync(path) : null;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

const ZSTD = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

/** Every zstd frame that begins anywhere in the bytes. */
function unpacked(bytes: Buffer): Buffer[] {
  const contents: Buffer[] = [];
  const starts: number[] = [];
  for (let at = bytes.indexOf(ZSTD); at >= 0; at = bytes.indexOf(ZSTD, at + 1)) starts.push(at);
  for (const [i, start] of starts.entries()) {
    for (const end of [starts[i + 1] ?? bytes.length, bytes.length]) {
      try {
        contents.push(Buffer.from(Bun.zstdDecompressSync(bytes.subarray(start, end))));
        break;
      } catch {
        // The header of the next block follows the frame: what was read before it is what counts, tried again below.
        const frame = withoutHeader(bytes.subarray(start, end));
        if (frame !== null) {
          contents.push(frame);
          break;
        }
      }
    }
  }
  return contents;
}

function withoutHeader(bytes: Buffer): Buffer | null {
  try {
    return Buffer.from(Bun.zstdDecompressSync(bytes.subarray(0, bytes.length - 40)));
  } catch {
    return null;
  }
}
