/** The part of a WebSocket that a connection needs. */
export interface Socket {
  send(text: string): void;
  close(): void;
}

export interface SocketEvents {
  onMessage(text: string): void;
  /** Also called when it could not be opened at all. */
  onClose(code: number, reason: string): void;
}

export type OpenSocket = (events: SocketEvents) => Socket;

export const openWebSocket =
  (url: string): OpenSocket =>
  (events) =>
    hear(new WebSocket(url), events);

export function hear(socket: WebSocket, { onMessage, onClose }: SocketEvents): Socket {
  socket.onmessage = ({ data }) => onMessage(String(data));
  socket.onclose = ({ code, reason }) => onClose(code, reason);
  return { send: (text) => socket.send(text), close: () => socket.close() };
}
