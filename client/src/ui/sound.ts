import { createSignal } from "solid-js";

const storageKey = "parley.sound";
const [sound, setSound] = createSignal(stored());

/** Whether this browser plays a sound when something calls its reader. */
export { sound };

export function chooseSound(on: boolean): void {
  setSound(on);
  try {
    localStorage.setItem(storageKey, on ? "on" : "off");
  } catch {
    // Without storage the choice holds for this page.
  }
}

let audio: AudioContext | undefined;

/** Two soft notes. Silent until the reader has touched the page: browsers see to that. */
export function playSound(): void {
  if (!sound() || typeof AudioContext === "undefined") return;
  audio ??= new AudioContext();
  if (audio.state === "suspended") void audio.resume();
  playNote(audio, 660, 0);
  playNote(audio, 880, 0.09);
}

function playNote(context: AudioContext, hertz: number, afterSeconds: number): void {
  const start = context.currentTime + afterSeconds;
  const tone = context.createOscillator();
  const volume = context.createGain();
  tone.frequency.value = hertz;
  volume.gain.setValueAtTime(0, start);
  volume.gain.linearRampToValueAtTime(0.08, start + 0.015);
  volume.gain.exponentialRampToValueAtTime(0.0001, start + 0.35);
  tone.connect(volume).connect(context.destination);
  tone.start(start);
  tone.stop(start + 0.4);
}

function stored(): boolean {
  try {
    return localStorage.getItem(storageKey) !== "off";
  } catch {
    return true;
  }
}
