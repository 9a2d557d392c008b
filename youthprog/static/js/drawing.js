// A drawing beside the typed name, for those who like one. Only numbers leave this page; the typed name is the signature.
import SignaturePad from "../vendor/signature_pad.min.js";

const WIDTH = 600;
const MOST_STROKES = 60;
const MOST_POINTS = 3000;
const box = document.querySelector("[data-draws]");
const canvas = box?.querySelector("canvas");
const field = document.getElementById("drawn");

function begin() {
  const rect = canvas.getBoundingClientRect();
  const fine = Math.max(1, window.devicePixelRatio || 1);
  canvas.width = rect.width * fine;
  canvas.height = rect.height * fine;
  canvas.getContext("2d").scale(fine, fine);
  const pad = new SignaturePad(canvas, { penColor: getComputedStyle(canvas).color, minDistance: 3 });
  const scale = WIDTH / rect.width;
  const place = (value, most) => Math.min(most, Math.max(0, Math.round(value * scale)));

  function write() {
    const strokes = pad.toData().slice(0, MOST_STROKES);
    const total = strokes.reduce((sum, stroke) => sum + stroke.points.length, 0);
    const every = Math.ceil(total / (MOST_POINTS - MOST_STROKES)) || 1;
    field.value = strokes
      .map((stroke) => stroke.points.filter((_, n) => n % every === 0).map((p) => `${place(p.x, WIDTH)},${place(p.y, WIDTH / 3)}`).join(" "))
      .join(";");
  }
  pad.addEventListener("endStroke", write);
  box.querySelector("[data-wipe]").addEventListener("click", () => { pad.clear(); field.value = ""; });
}

if (canvas) {
  if (box.open) begin();
  else box.addEventListener("toggle", begin, { once: true });
}
