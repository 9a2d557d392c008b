// The camera at the door. Reads QR codes with what the browser has, else with a decoder that is loaded only then.
// A code is sent like the form sends it; the answer and the lists are taken out of the page that comes back.

const EVERY = 150; // ms between two looks
const SAME_AGAIN = 4000; // ms before the same card counts as shown again
const WIDE = 640; // pixels the decoder looks at

const box = document.querySelector("[data-scan]");
const form = document.getElementById("by-code");
const video = box?.querySelector("video");
const says = box?.querySelector("[data-scan-says]");
const button = box?.querySelector("button");
let stream = null;
let last = { text: "", at: 0 };

function tell(text) {
  says.hidden = !text;
  says.textContent = text;
}

async function native() {
  if (!("BarcodeDetector" in window)) return null;
  const formats = await BarcodeDetector.getSupportedFormats();
  if (!formats.includes("qr_code")) return null;
  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  return async () => (await detector.detect(video))[0]?.rawValue;
}

async function loaded() {
  await import(box.dataset.decoder);
  const canvas = document.createElement("canvas");
  const paint = canvas.getContext("2d", { willReadFrequently: true });
  return () => {
    const scale = Math.min(1, WIDE / video.videoWidth);
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    paint.drawImage(video, 0, 0, canvas.width, canvas.height);
    const picture = paint.getImageData(0, 0, canvas.width, canvas.height);
    return window.jsQR(picture.data, picture.width, picture.height, { inversionAttempts: "dontInvert" })?.data;
  };
}

/** Send a code as the form would, and show what came back without leaving the camera. */
async function send(text) {
  form.elements.text.value = text;
  let answer;
  try {
    answer = await fetch(form.action, { method: "POST", body: new FormData(form) });
  } catch {
    tell(box.dataset.noNetwork);
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const parts = ["answer", "lists"].map((id) => [document.getElementById(id), page.getElementById(id)]);
  if (parts.some(([, fresh]) => !fresh)) { location.reload(); return; }
  for (const [old, fresh] of parts) old.replaceWith(fresh);
  form.elements.text.value = "";
  tell(box.dataset.looking);
  const shown = document.getElementById("answer");
  shown.scrollIntoView({ block: "nearest" });
  shown.focus({ preventScroll: true });
  navigator.vibrate?.(80);
}

async function look(read) {
  if (!stream) return;
  let text = "";
  try {
    if (video.videoWidth) text = (await read()) || "";
  } catch {
    // a frame that cannot be read: the next one comes at once
  }
  if (text && (text !== last.text || Date.now() - last.at > SAME_AGAIN)) await send(text);
  if (text) last = { text, at: Date.now() };
  setTimeout(look, EVERY, read);
}

async function start() {
  button.disabled = true;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
    video.srcObject = stream;
    video.hidden = false;
    await video.play();
    const read = (await native().catch(() => null)) || (await loaded());
    button.hidden = true;
    tell(box.dataset.looking);
    look(read);
  } catch {
    stop();
    tell(box.dataset.noCamera);
  }
}

function stop() {
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = null;
  video.srcObject = null;
  video.hidden = true;
  button.hidden = false;
  button.disabled = false;
  tell("");
}

if (box && navigator.mediaDevices?.getUserMedia) {
  box.hidden = false;
  button.addEventListener("click", start);
  document.addEventListener("visibilitychange", () => { if (document.hidden && stream) stop(); });
  addEventListener("pagehide", () => { if (stream) stop(); });
}
