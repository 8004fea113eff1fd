"use strict";
// What both pages play with.  The file may still be shorter than it is: Chromium takes an m4a that begins late for shorter
// until it has read on, jumps to that end, and may begin from the front again there.  So the jump is made again then.
let wanted = null;
function jump(audio, seconds, playing) {
  wanted = null;
  const start = () => {
    wanted = audio.duration < seconds ? { seconds, playing } : null;
    audio.currentTime = seconds;
    if (playing) audio.play().catch(() => {});
  };
  if (audio.readyState) start();
  else { audio.addEventListener("loadedmetadata", start, { once: true }); audio.load(); }
}
document.getElementById("audio")?.addEventListener("durationchange", event => {
  if (wanted && event.target.duration > wanted.seconds) jump(event.target, wanted.seconds, wanted.playing);
});
