/** What lies between a client and its server, and does it harm: cuts, silence, lost frames, lost answers. */

export interface Line {
  url: string;
  /** Sockets that go through it. */
  open(): number;
  /** Breaks every socket. */
  cut(): void;
  /** The next frames of channels to clients get lost. */
  loseFrames(count: number): void;
  lost(): number;
  /** Answers to the next requests get lost, though the server did what was asked. */
  loseAnswers(count: number): void;
  refuseSockets(): void;
  /** Nothing goes through any more, and nobody is told. */
  silence(): void;
  /** Cuts, and makes the client come back with a number that nobody knows. */
  forget(): void;
  /** As good as new. */
  mend(): void;
  stop(): void;
}

interface Between {
  path: string;
  headers: Record<string, string>;
  server: WebSocket | null;
  waiting: string[];
}

export function startLine(to: string): Line {
  const sockets = new Set<Bun.ServerWebSocket<Between>>();
  let frames_to_lose = 0;
  let lost = 0;
  let answers_to_lose = 0;
  let refusing = false;
  let silent = false;
  let forgetful = false;

  function passesOn(text: string): boolean {
    if (silent) return false;
    const counts = /"type":"(ai:activity|metrics:update)"/.test(text);
    if (!counts || lost >= frames_to_lose) return true;
    lost++;
    return false;
  }

  /** Frames that the client says it has are none of the server's. */
  function said(text: string): string {
    return forgetful ? text.replace(/"seq":\d+/, '"seq":1') : text;
  }

  const proxy = Bun.serve<Between>({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request, own) {
      const { pathname, search } = new URL(request.url);
      const headers = Object.fromEntries([...request.headers].filter(([name]) => PASSED.has(name)));
      if (request.headers.get("upgrade") === "websocket") {
        const data = { path: pathname + search, headers, server: null, waiting: [] };
        if (!refusing && own.upgrade(request, { data })) return undefined;
        return new Response("refused", { status: 503 });
      }
      const body = request.method === "GET" ? null : await request.arrayBuffer();
      const answer = await fetch(to + pathname + search, { method: request.method, headers, body });
      const bytes = await answer.arrayBuffer();
      if (answers_to_lose > 0) {
        answers_to_lose--;
        return new Response("lost", { status: 502 });
      }
      return new Response(bytes, { status: answer.status, headers: { "content-type": "application/json" } });
    },
    websocket: {
      open(client) {
        sockets.add(client);
        const { path, headers, waiting } = client.data;
        const server = new WebSocket(to.replace("http", "ws") + path, { headers });
        client.data.server = server;
        server.onopen = () => {
          for (const text of waiting.splice(0)) server.send(said(text));
        };
        server.onmessage = ({ data }) => {
          if (passesOn(String(data))) client.send(String(data));
        };
        server.onclose = ({ code }) => client.close(code === 1006 || code === 1005 ? 1011 : code);
      },
      message(client, text) {
        const { server, waiting } = client.data;
        if (silent) return;
        if (server?.readyState === WebSocket.OPEN) server.send(said(String(text)));
        else waiting.push(String(text));
      },
      close(client) {
        sockets.delete(client);
        client.data.server?.close();
      },
    },
  });

  const cut = (): void => {
    for (const socket of sockets) socket.terminate();
  };
  return {
    url: `http://127.0.0.1:${proxy.port}`,
    open: () => sockets.size,
    cut,
    loseFrames(count) {
      frames_to_lose = count;
      lost = 0;
    },
    lost: () => lost,
    loseAnswers(count) {
      answers_to_lose = count;
    },
    refuseSockets() {
      refusing = true;
    },
    silence() {
      silent = true;
    },
    forget() {
      forgetful = true;
      cut();
    },
    mend() {
      refusing = false;
      silent = false;
      forgetful = false;
      frames_to_lose = 0;
      answers_to_lose = 0;
    },
    stop: () => void proxy.stop(true),
  };
}

const PASSED: ReadonlySet<string> = new Set(["authorization", "content-type", "sec-websocket-protocol"]);
