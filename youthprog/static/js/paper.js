// The page beside the form follows what is typed. Without this file it is shown by its button.

const button = document.querySelector("[data-shows]");
const form = button?.form;
const PATIENCE = 900; // ms without a key before the press is asked
let waiting;

function show() {
  form.requestSubmit(button);
}

if (form) {
  document.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(show, PATIENCE);
  });
  show();
}
