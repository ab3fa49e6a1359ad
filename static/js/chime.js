// Two soft notes, made by the browser itself. Never the only sign of anything.

import { useSpeaker } from "./device-choice.js";

const NOTES_HZ = [659.25, 880];
const NOTE_S = 0.42;
const LOUDNESS = 0.16;

/** @type {AudioContext | null} */
let context = null;

/**
 * Browsers stay silent until somebody has touched the page; call it from a click or a key.
 * @returns {Promise<AudioContext>}
 */
export async function unlockSound() {
  context ??= new AudioContext();
  if (context.state === "suspended") await context.resume();
  return context;
}

/** Play the two notes. Silent, and without an error, where the browser does not allow it. */
export async function chime() {
  const touched = navigator.userActivation?.hasBeenActive ?? true;
  // A page that was led here from a touched page of ours may sound without a touch of its own.
  const mayTry = touched || document.referrer.startsWith(`${location.origin}/`);
  if (!context && !mayTry) return;
  context ??= new AudioContext();
  const sound = touched ? await unlockSound() : context;
  await useSpeaker(sound);
  for (const [index, pitch] of NOTES_HZ.entries()) {
    note(sound, pitch, sound.currentTime + index * NOTE_S * 0.6);
  }
}

/**
 * @param {AudioContext} sound
 * @param {number} pitch Hz
 * @param {number} start seconds of the context's own clock
 */
function note(sound, pitch, start) {
  const tone = new OscillatorNode(sound, { type: "sine", frequency: pitch });
  const volume = new GainNode(sound, { gain: 0 });
  volume.gain.linearRampToValueAtTime(0, start);
  volume.gain.linearRampToValueAtTime(LOUDNESS, start + 0.03);
  volume.gain.exponentialRampToValueAtTime(0.001, start + NOTE_S);
  tone.connect(volume).connect(sound.destination);
  tone.start(start);
  tone.stop(start + NOTE_S);
}
