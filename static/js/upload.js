// Fields for files: checked before they are sent, sent with their progress, shown when they are there.

import { act, Refused } from "./api.js";
import { copyOf, need } from "./elements.js";
import { sendFile } from "./send-file.js";
import { language, word } from "./words.js";

const KINDS = new Set(["application/pdf", "image/jpeg", "image/png"]);
const ENDINGS = /\.(pdf|jpe?g|png)$/i;

/** @typedef {{id: string, file_name: string, pages: number, size_bytes: number}} Upload */

/** @param {number} bytes */
function megabytes(bytes) {
  const places = { minimumFractionDigits: 1, maximumFractionDigits: 1 };
  return new Intl.NumberFormat(language, places).format(Math.ceil(bytes / 1e5) / 10);
}

/** @param {number} bytes */
function fileSize(bytes) {
  if (bytes >= 1e6) return word("megabytes", { amount: megabytes(bytes) });
  const amount = new Intl.NumberFormat(language).format(Math.ceil(bytes / 1e3));
  return word("kilobytes", { amount });
}

class UploadField {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.input = /** @type {HTMLInputElement} */ (need("input[type=file]", root));
    this.list = need("[data-list]", root);
    this.form = /** @type {HTMLFormElement} */ (this.input.form);
    root.classList.add("is-live");
    need("[data-live]", root).hidden = false;
    need("[data-plain]", root).hidden = true;
    this.input.required = false;
    this.input.addEventListener("change", () => this.chosen());
    for (const item of this.list.children) this.removable(/** @type {HTMLElement} */ (item));
  }

  /** @param {string} sentence is read out, and not shown */
  say(sentence) {
    need("[data-said]", this.root).textContent = sentence;
  }

  /** @param {string} sentence empty where nothing is wrong */
  refuse(sentence) {
    const error = need("[data-error]", this.root);
    need("[data-sentence]", error).textContent = sentence;
    error.hidden = !sentence;
    this.input.setAttribute("aria-invalid", String(Boolean(sentence)));
  }

  /** @param {File} file */
  wrongWith(file) {
    const most = Number(this.root.dataset.mostBytes);
    if (!file.size) return word("upload_empty");
    if (file.size > most) return word("upload_too_large", { mb: megabytes(file.size) });
    const isKnown = file.type ? KINDS.has(file.type) : ENDINGS.test(file.name);
    return isKnown ? "" : word("upload_kind");
  }

  async chosen() {
    const file = this.input.files?.[0];
    if (!file) return;
    // Also the same file may be chosen again.
    const body = new FormData(this.form);
    this.input.value = "";
    const wrong = this.wrongWith(file);
    this.refuse(wrong && `${file.name}: ${wrong}`);
    if (!wrong) await this.send(file, body);
  }

  /**
   * @param {File} file
   * @param {FormData} body
   */
  async send(file, body) {
    const item = copyOf("upload-busy");
    need("[data-name]", item).textContent = file.name;
    this.list.append(item);
    this.say(word("upload_started", { name: file.name }));
    const cancelling = new AbortController();
    need("[data-cancel-upload]", item).addEventListener("click", () => cancelling.abort());
    try {
      const showing = this.progress(item);
      const upload = await sendFile("/uploads", body, showing, cancelling.signal);
      item.replaceWith(this.done(/** @type {Upload} */ (upload)));
      this.refuse("");
      this.say(word("upload_done", { name: upload.file_name }));
    } catch (error) {
      item.remove();
      if (error instanceof Refused) this.refuse(`${file.name}: ${error.message}`);
      else if (cancelling.signal.aborted) this.say(word("upload_cancelled"));
      else throw error;
      this.input.focus();
    }
  }

  /**
   * @param {HTMLElement} item
   * @returns {(sent: number, total: number) => void}
   */
  progress(item) {
    const bar = /** @type {HTMLProgressElement} */ (need("[data-progress]", item));
    const words = need("[data-progress-words]", item);
    return (sent, total) => {
      const percent = Math.floor((100 * sent) / total);
      bar.value = percent;
      const values = { percent, sent: megabytes(sent), total: megabytes(total) };
      words.textContent = sent < total ? word("upload_progress", values) : word("upload_checking");
      if (sent === total) this.say(word("upload_checking"));
    };
  }

  /** @param {Upload} upload */
  done(upload) {
    const item = copyOf("upload-done");
    item.dataset.uploadId = upload.id;
    const picture = /** @type {HTMLImageElement} */ (need("img", item));
    picture.src = `/uploads/${upload.id}/pages/1`;
    picture.alt = word("upload_page_one", { name: upload.file_name });
    need("[data-name]", item).textContent = upload.file_name;
    const size = word("upload_size", { size: fileSize(upload.size_bytes) });
    need("[data-size]", item).textContent = `${size}, ${word("upload_pages", { n: upload.pages })}`;
    return this.removable(item);
  }

  /** @param {HTMLElement} item */
  removable(item) {
    need("[data-remove]", item).addEventListener("click", async (event) => {
      event.preventDefault();
      try {
        await act(`/uploads/${item.dataset.uploadId}/remove`);
        item.remove();
        this.refuse("");
        this.say(word("upload_removed"));
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        this.refuse(error.message);
      }
      this.input.focus();
    });
    return item;
  }
}

/** What is still on its way would not be sent along. */
function waitForAll(/** @type {Event} */ event) {
  const busy = fields.find((field) => field.list.querySelector("[data-cancel-upload]"));
  if (!busy) return;
  event.preventDefault();
  busy.refuse(word("upload_wait"));
  busy.input.focus();
}

const fields = [...document.querySelectorAll("[data-upload]")].map(
  (root) => new UploadField(/** @type {HTMLElement} */ (root)),
);
document.querySelector("form[data-sends-uploads]")?.addEventListener("submit", waitForAll);
