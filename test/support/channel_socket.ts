/** A client of a channel as tests need it. */
export interface Frame {
  type: string;
  channel: string | null;
  location_id: string | null;
  seq: number | null;
  ts: string;
  data: Record<string, Record<string, unknown>>;
}

export const anyFrame: Frame = { type: "", channel: null, location_id: null, seq: null, ts: "", data: {} };

export interface SocketOptions {
  headers?: Record<string, string>;
  protocols?: string[];
}

/** A socket on `/ws/<path>`: the frames it got, how to wait for one, and the code it was closed with. */
export async function openChannel(to: string, path: string, { headers = {}, protocols }: SocketOptions) {
  const frames: Frame[] = [];
  const url = `${to.replace("http", "ws")}/ws/${path}`;
  const socket = new WebSocket(url, { headers, ...(protocols ? { protocols } : {}) });
  socket.addEventListener("message", ({ data }) => frames.push({ ...anyFrame, ...JSON.parse(String(data)) }));
  let code = 0;
  socket.addEventListener("close", (event) => {
    code = event.code;
  });
  const until = async (is: (frame: Frame) => boolean): Promise<Frame> => {
    const deadline = Date.now() + 4_500;
    for (;;) {
      const found = frames.find(is);
      if (found) return found;
      if (Date.now() > deadline) throw new Error(`not among ${JSON.stringify(frames).slice(0, 2_000)}`);
      await Bun.sleep(5);
    }
  };
  const closed = async (): Promise<number> => {
    const deadline = Date.now() + 4_500;
    while (code === 0 && Date.now() < deadline) await Bun.sleep(5);
    return code;
  };
  const say = (message: unknown): void => socket.send(typeof message === "string" ? message : JSON.stringify(message));
  const opened = await new Promise<boolean>((resolve) => {
    socket.addEventListener("open", () => resolve(true));
    socket.addEventListener("close", () => resolve(false));
  });
  return { socket, opened, frames, until, closed, say };
}

export const is = (type: string, channel?: string) => (frame: Frame) =>
  frame.type === type && (channel === undefined || frame.channel === channel);
