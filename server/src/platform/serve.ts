/**
 * The HTTP and WebSocket server, in the few verbs that Parley needs. Everything Bun-specific about it stays here.
 *
 * What to know of Bun's sockets: a publish stores the frame once and writes it to every subscriber when the loop turns,
 * in order with direct sends. Above `backpressureBytes` a socket's frames vanish silently, so its owner watches
 * `bufferedBytes` and closes it; the numbering of deltas reveals what vanished. A close code is sent at any fill, after
 * everything that waits.
 */
export interface Socket<Data> {
  readonly data: Data;
  /** False when the frame was dropped because the peer reads too slowly. */
  send(text: string): boolean;
  /** Sends several frames as one write. False when any of them was dropped. */
  sendTogether(texts: readonly string[]): boolean;
  subscribe(topic: string): void;
  unsubscribe(topic: string): void;
  bufferedBytes(): number;
  /** Asks for a sign of life; even a page that sleeps answers, by `onPong`. */
  ping(): void;
  close(code: number, reason: string): void;
  /** Ends a connection whose peer no longer answers. */
  terminate(): void;
}

export interface SocketHandlers<Data> {
  onOpen(socket: Socket<Data>): void;
  onText(socket: Socket<Data>, text: string): void;
  onBinary(socket: Socket<Data>): void;
  onPong(socket: Socket<Data>): void;
  onClose(socket: Socket<Data>): void;
}

export interface Peer<Data> {
  readonly address: string;
  /** Turns the request into a socket. False when it is not a valid upgrade. */
  upgrade(data: Data): boolean;
  /** Lets the answer be silent for as long as it likes; others are ended after half a minute. */
  keepOpen(): void;
}

export interface ServeOptions<Data> {
  readonly hostname: string;
  readonly port: number;
  /** Answers a request; nothing when it was upgraded. */
  readonly onRequest: (request: Request, peer: Peer<Data>) => Promise<Response | undefined> | Response | undefined;
  readonly sockets: SocketHandlers<Data>;
  readonly maxBodyBytes: number;
  readonly maxFrameBytes: number;
  readonly backpressureBytes: number;
}

export interface Serving {
  readonly port: number;
  /**
   * Sends one encoded frame to every socket that is subscribed to `topic`. True when some reader was already behind: a
   * hint, since what is published is written when the loop turns.
   */
  publish(topic: string, text: string): boolean;
  /** Takes no new connections; those that are open go on. */
  stopListening(): void;
  /** Ends what is still open. Who lags behind loses what they have not taken, the close code with it. */
  stop(): Promise<void>;
}

/**
 * Reaping is the hub's, and comes sooner: this timeout never ends a peer that we keep sending to. But Bun derives from it
 * how long a socket that is being closed may take for what is left, with the close code at its end: some 15 s for this and
 * more, under 4 s for 0.
 */
const idleSeconds = 120;

/** Throws what the operating system says when it cannot listen. */
export function serve<Data>(options: ServeOptions<Data>): Serving {
  const { sockets } = options;
  type Native = Bun.ServerWebSocket<{ data: Data; socket: Socket<Data> | null }>;
  const wrap = (native: Native): Socket<Data> => {
    native.data.socket ??= toSocket(native, native.data.data);
    return native.data.socket;
  };
  const server = Bun.serve<Native["data"]>({
    hostname: options.hostname,
    port: options.port,
    maxRequestBodySize: options.maxBodyBytes,
    idleTimeout: 30,
    development: false,
    fetch(request, bun) {
      return options.onRequest(request, {
        address: bun.requestIP(request)?.address ?? "",
        upgrade: (data) => bun.upgrade(request, { data: { data, socket: null } }),
        keepOpen: () => bun.timeout(request, 0),
      });
    },
    websocket: {
      maxPayloadLength: options.maxFrameBytes,
      backpressureLimit: options.backpressureBytes,
      // Compression would be done once per subscriber.
      perMessageDeflate: false,
      idleTimeout: idleSeconds,
      sendPings: false,
      open: (native) => sockets.onOpen(wrap(native)),
      message(native, data) {
        if (typeof data === "string") sockets.onText(wrap(native), data);
        else sockets.onBinary(wrap(native));
      },
      pong: (native) => sockets.onPong(wrap(native)),
      close: (native) => sockets.onClose(wrap(native)),
    },
  });
  return {
    port: server.port ?? options.port,
    // 0 also says that nobody is subscribed, which is no reason for haste but does no harm.
    publish: (topic, text) => server.publish(topic, text, false) <= 0,
    stopListening: () => {
      // Its promise settles only when every socket is closed; `stop` waits for that.
      void server.stop();
    },
    stop: () => server.stop(true),
  };
}

function toSocket<Data>(native: Bun.ServerWebSocket<unknown>, data: Data): Socket<Data> {
  return {
    data,
    // -1 means accepted and buffered, 0 dropped.
    send: (text) => native.send(text, false) !== 0,
    sendTogether(texts) {
      let accepted = true;
      native.cork(() => {
        for (const text of texts) accepted = native.send(text, false) !== 0 && accepted;
      });
      return accepted;
    },
    subscribe: (topic) => {
      native.subscribe(topic);
    },
    unsubscribe: (topic) => {
      native.unsubscribe(topic);
    },
    bufferedBytes: () => native.getBufferedAmount(),
    ping: () => {
      native.ping();
    },
    close: (code, reason) => native.close(code, reason),
    terminate: () => native.terminate(),
  };
}
