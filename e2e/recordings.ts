import type { Page } from "@playwright/test";

/** A tone as a file for a picker: 8-bit PCM in a RIFF. */
export function wav(name: string, seconds: number) {
  const rate = 8000;
  const samples = Buffer.from(
    Array.from({ length: rate * seconds }, (_, n) => 128 + Math.round(30 * Math.sin((n * 2 * Math.PI * 440) / rate))),
  );
  const head = Buffer.alloc(44);
  head.write("RIFF", 0);
  head.writeUInt32LE(36 + samples.length, 4);
  head.write("WAVEfmt ", 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(rate, 28);
  head.writeUInt16LE(1, 32);
  head.writeUInt16LE(8, 34);
  head.write("data", 36);
  head.writeUInt32LE(samples.length, 40);
  return { name, mimeType: "audio/wav", buffer: Buffer.concat([head, samples]) };
}

/** A second of moving colours, recorded by the browser itself. */
export async function webm(page: Page, name: string) {
  const bytes = await page.evaluate(async () => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 320, height: 180 });
    const pen = canvas.getContext("2d");
    let frame = 0;
    const drawing = setInterval(() => {
      if (!pen) return;
      pen.fillStyle = `hsl(${(frame++ * 12) % 360} 60% 50%)`;
      pen.fillRect(0, 0, 320, 180);
    }, 40);
    const parts: Blob[] = [];
    const recorder = new MediaRecorder(canvas.captureStream(25), { mimeType: "video/webm" });
    recorder.ondataavailable = ({ data }) => void parts.push(data);
    const ended = new Promise((resolve) => {
      recorder.onstop = resolve;
    });
    recorder.start();
    setTimeout(() => recorder.stop(), 1000);
    await ended;
    clearInterval(drawing);
    return [...new Uint8Array(await new Blob(parts).arrayBuffer())];
  });
  return { name, mimeType: "video/webm", buffer: Buffer.from(bytes) };
}
