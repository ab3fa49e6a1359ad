// "Periksa kamera dan mikrofon": the picture, the level, the choice of devices, the speaker, and the
// connection in named steps.

import { reportOf } from "./check-report.js";
import { showLine, showSteps } from "./check-view.js";
import { ConnectionCheck } from "./connection-check.js";
import { verdictOf } from "./connection-verdict.js";
import { wireDeviceFields } from "./devices.js";
import { need } from "./elements.js";
import { LevelMeter } from "./level-meter.js";
import { mirror, permission } from "./media.js";
import { wireHealing } from "./media-healing.js";
import { OwnMedia } from "./own-media.js";
import { SpeakerTest } from "./speaker-test.js";
import { word } from "./words.js";

/** @typedef {import("./media.js").Kind} Kind */

const SIGN_OF_LEVEL = /** @type {const} */ ({ good: "ok", fair: "warn", weak: "bad", none: "bad" });

export class DeviceCheck {
  /**
   * @param {HTMLElement} root
   * @param {string[]} relays TURN addresses with their transport
   */
  constructor(root, relays) {
    this.root = root;
    this.relays = relays;
    this.video = /** @type {HTMLVideoElement} */ (need("video[data-check-video]", root));
    this.meter = new LevelMeter(need("[data-level]", root), () => this.hear());
    /** @type {OwnMedia | null} */
    this.own = null;
    this.ending = new AbortController();
    this.isHeard = false;
    /** @type {MediaStreamTrack | null} whose level is shown */
    this.metered = null;
    this.speaker = new SpeakerTest(root);
    this.connection = new ConnectionCheck(relays, (steps) => showSteps(root, steps));
    this.isChecking = false;
    this.wire();
    this.showWaiting();
  }

  /** At once where the browser need not ask; else a button says that it will. */
  async offer() {
    const states = await Promise.all([permission("video"), permission("audio")]);
    if (states.every((status) => status?.state === "granted")) return this.begin();
    need("[data-check-start]", this.root).hidden = false;
  }

  begin() {
    need("[data-check-start]", this.root).hidden = true;
    if (!this.own) {
      this.ending = new AbortController();
      const own = new OwnMedia(
        () => {},
        () => this.show(own),
      );
      this.own = own;
      wireHealing(own, this.ending.signal);
    }
    this.own.open();
    this.checkConnection();
  }

  /** Let the devices go. */
  end() {
    this.ending.abort();
    this.own?.close();
    this.own = null;
    this.metered = null;
    this.meter.stop();
    this.video.srcObject = null;
  }

  hear() {
    if (this.isHeard || !this.own) return;
    this.isHeard = true;
    this.show(this.own);
  }

  /** @param {OwnMedia} own */
  show(own) {
    if (own !== this.own) return;
    const camera = own.track("video");
    this.video.hidden = !camera;
    if (camera && this.video.srcObject !== own.stream) this.video.srcObject = own.stream;
    mirror(this.video, camera);
    const microphone = own.track("audio");
    if (microphone && microphone !== this.metered) this.meter.listen(microphone);
    if (!microphone) this.meter.stop();
    this.metered = microphone;
    this.showKind("video", own, camera ? "ok" : null);
    this.showKind("audio", own, microphone ? (this.isHeard ? "ok" : "quiet") : null);
    const denied = Object.values(own.troubles).includes("denied");
    need("[data-permission-help]", this.root).hidden = !denied;
  }

  /**
   * @param {Kind} kind
   * @param {OwnMedia} own
   * @param {"ok" | "quiet" | null} found
   */
  showKind(kind, own, found) {
    const trouble = own.troubles[kind] === "taken" ? "busy" : own.troubles[kind];
    if (trouble) {
      const words = word(`check_${kind}_${trouble}`);
      return showLine(this.root, kind, "bad", words, word(`todo_${trouble}`));
    }
    const sign = found === "ok" ? "ok" : "waiting";
    const words = word(`check_${kind}_${found ?? "waiting"}`);
    showLine(this.root, kind, sign, words, own.track(kind)?.label);
  }

  showWaiting() {
    showLine(this.root, "video", "waiting", word("check_video_waiting"));
    showLine(this.root, "audio", "waiting", word("check_audio_waiting"));
    showLine(this.root, "connection", "waiting", word("connection_waiting"));
    showSteps(this.root, this.connection.steps);
  }

  async checkConnection() {
    if (this.isChecking) return;
    this.isChecking = true;
    showLine(this.root, "connection", "waiting", word("connection_running"));
    try {
      this.connection = new ConnectionCheck(this.relays, (steps) => showSteps(this.root, steps));
      const { level, advice } = verdictOf(await this.connection.run());
      const sign = SIGN_OF_LEVEL[level];
      showLine(
        this.root,
        "connection",
        sign,
        word(`connection_${level}`),
        word(`advice_${advice}`),
      );
    } finally {
      this.isChecking = false;
    }
  }

  wire() {
    const { root } = this;
    const dialog = /** @type {HTMLDialogElement} */ (need("#check-devices", root));
    const fill = wireDeviceFields({
      within: dialog,
      track: (kind) => this.own?.track(kind) ?? null,
      choose: async (kind, id) => this.own?.choose(kind, id),
      speak: () => {},
    });
    this.on("[data-check-start]", () => this.begin());
    this.on("[data-check-again]", () => this.begin());
    this.on("[data-check-devices]", () => fill().then(() => dialog.showModal()));
    this.on("[data-check-report]", () => this.copy());
  }

  /**
   * @param {string} selector
   * @param {() => void} listener
   */
  on(selector, listener) {
    need(selector, this.root).addEventListener("click", listener);
  }

  async copy() {
    const text = reportOf({
      camera: this.told("video"),
      microphone: this.told("audio"),
      connection: this.told("connection"),
      speaker: this.speaker.result,
      steps: this.connection.steps,
    });
    const field = /** @type {HTMLTextAreaElement} */ (need("[data-report-text]", this.root));
    field.value = text;
    field.hidden = false;
    const words = need("[data-report-words]", this.root);
    try {
      await navigator.clipboard.writeText(text);
      words.textContent = word("report_copied");
    } catch {
      // Not every browser lets a page write there; then people copy it themselves.
      words.textContent = word("report_by_hand");
      field.select();
    }
  }

  /** @param {"video" | "audio" | "connection"} name as the line says it */
  told(name) {
    const line = need(`[data-check-line="${name}"]`, this.root);
    const parts = ["[data-words]", "[data-more]"].map((part) => need(part, line).textContent);
    return parts.filter(Boolean).join(". ");
  }
}
