const audio = document.getElementById("audio"), lanes = document.getElementById("lanes");
const cursor = document.getElementById("cursor"), timeline = document.getElementById("timeline");
const words = [...document.querySelectorAll("#transcript .word")].map(box =>
  ({ box, start: Number(box.dataset.start), end: Number(box.dataset.end) }));
let position = 0, now = null;

function show(ms) {
  position = Math.min(Math.max(0, ms), DURATION_MS);
  cursor.style.left = 100 * position / DURATION_MS + "%";
  const said = words.find(word => word.start <= position && position < word.end);
  if (said !== now) { now?.box.classList.remove("now"); said?.box.classList.add("now"); now = said; }
  const x = lanes.scrollWidth * position / DURATION_MS;
  if (x < timeline.scrollLeft || x > timeline.scrollLeft + timeline.clientWidth) timeline.scrollLeft = x - timeline.clientWidth / 4;
}
function seek(ms, playing) {
  show(ms);
  if (!audio) return; // pages without audio show the place
  jump(audio, ms / 1000, playing);
}
function follow() { show(1000 * audio.currentTime); if (!audio.paused) requestAnimationFrame(follow); }
audio?.addEventListener("play", follow);
audio?.addEventListener("seeked", () => show(1000 * audio.currentTime));
audio?.addEventListener("error", () => { document.getElementById("silent").hidden = false; });
lanes.addEventListener("click", event => {
  const box = lanes.getBoundingClientRect();
  seek(DURATION_MS * (event.clientX - box.left) / box.width, false);
});
document.getElementById("transcript")?.addEventListener("click", event => {
  const word = event.target.closest(".word");
  if (word) seek(Number(word.dataset.start), true);
});
// From the whole recording in the window to 100 pixels a second.
const most = Math.max(1, 0.1 * DURATION_MS / timeline.clientWidth);
document.getElementById("zoom").addEventListener("input", event => {
  lanes.style.width = 100 * most ** (event.target.value / 100) + "%";
  show(position);
});
const asked = /^#t=(\d+)$/.exec(location.hash);
if (asked) seek(Number(asked[1]), false);
