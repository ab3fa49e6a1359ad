// One short tick: somebody joined an empty line. Never the only sign of it.

import { unlockSound } from "./chime.js";

const PITCH_HZ = 1400;
const TICK_S = 0.06;
const LOUDNESS = 0.12;

// Browsers stay silent until somebody has touched the page.
for (const touch of ["pointerdown", "keydown"])
  addEventListener(touch, () => unlockSound(), { once: true });

/** Play the tick; silent where the page was never touched. */
export async function tick() {
  if (!navigator.userActivation?.hasBeenActive) return;
  const sound = await unlockSound();
  const tone = new OscillatorNode(sound, { type: "triangle", frequency: PITCH_HZ });
  const volume = new GainNode(sound, { gain: LOUDNESS });
  volume.gain.exponentialRampToValueAtTime(0.001, sound.currentTime + TICK_S);
  tone.connect(volume).connect(sound.destination);
  tone.start();
  tone.stop(sound.currentTime + TICK_S);
}
