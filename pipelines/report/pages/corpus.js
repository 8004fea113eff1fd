"use strict";
const read = id => JSON.parse(document.getElementById(id).textContent);
const charts = read("charts"), said = read("said"), places = read("places");
const player = document.getElementById("player"), audio = document.getElementById("audio");
const silent = document.getElementById("silent");

// The page's own colours, for charts too: Plotly draws on a canvas that CSS does not reach.
function theme() {
  const style = getComputedStyle(document.documentElement), of = name => style.getPropertyValue(name).trim();
  return { ink: of("--ink"), line: of("--line"), card: of("--card") };
}
function dressed(layout) {
  const { ink, line, card } = theme(), changed = { "font.color": ink, "hoverlabel.bgcolor": card, "hoverlabel.font.color": ink };
  for (const axis of Object.keys(layout).filter(key => /^[xy]axis/.test(key)))
    Object.assign(changed, { [axis + ".gridcolor"]: line, [axis + ".zerolinecolor"]: line, [axis + ".linecolor"]: line });
  return changed;
}
const dark = matchMedia("(prefers-color-scheme: dark)");
function draw(id) {
  const box = document.getElementById(id), { data, layout } = charts[id];
  Plotly.newPlot(box, data, layout, { displaylogo: false, responsive: true, displayModeBar: false }).then(() => {
    Plotly.relayout(box, dressed(box._fullLayout ? box.layout : layout));
    box.dataset.drawn = "yes";
    box.on("plotly_click", event => {
      const where = event.points[0].customdata;
      if (id === "map" && where) play(where[0], where[1]);
    });
  });
}
// Charts are drawn when they come near: a long page opens at once.
const near = new IntersectionObserver(seen => {
  for (const one of seen.filter(one => one.isIntersecting)) { near.unobserve(one.target); draw(one.target.id); }
}, { rootMargin: "600px" });
for (const id of Object.keys(charts)) near.observe(document.getElementById(id));
dark.addEventListener("change", () => {
  for (const box of document.querySelectorAll(".chart[data-drawn]")) Plotly.relayout(box, dressed(box.layout));
});

function clock(ms) { return Math.floor(ms / 60000) + ":" + String(Math.floor(ms / 1000) % 60).padStart(2, "0"); }
function play(recording, ms) {
  const place = places[recording];
  if (!place?.audio) return;
  player.hidden = false;
  silent.textContent = place.caveat || "The audio cannot be reached from here.";
  silent.hidden = !place.caveat;
  document.getElementById("playing").textContent = place.file + " " + clock(ms);
  if (audio.dataset.of !== recording) { audio.src = place.audio; audio.dataset.of = recording; }
  const start = () => { audio.currentTime = ms / 1000; audio.play().catch(() => {}); };
  if (audio.readyState) start(); else { audio.addEventListener("loadedmetadata", start, { once: true }); audio.load(); }
}
audio.addEventListener("error", () => { silent.hidden = false; });

const query = document.getElementById("query");
if (query) {
  const results = document.getElementById("results"), found = document.getElementById("found"), shown = 100;
  const plain = text => text.toLowerCase();
  query.addEventListener("input", () => {
    const asked = plain(query.value.trim());
    results.replaceChildren();
    found.textContent = "";
    if (asked.length < 2) return;
    const pattern = new RegExp("(?<![\\p{L}\\p{N}])" + asked.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), "u");
    const hits = said.rows.filter(row => pattern.test(plain(row[2])));
    found.textContent = hits.length + (hits.length === 1 ? " stretch" : " stretches") + " of speech"
      + (hits.length > shown ? ", the first " + shown + " are shown" : "");
    for (const [recording, start, text, emotion] of hits.slice(0, shown)) {
      const place = places[recording], line = document.createElement("div"), go = document.createElement(place.audio ? "button" : "span");
      line.className = "said hit";
      go.textContent = place.file + " " + clock(start);
      go.addEventListener("click", () => play(recording, start));
      line.append(go, " ");
      const at = plain(text).search(pattern), mark = document.createElement("mark");
      mark.textContent = text.slice(at, at + asked.length);
      line.append(text.slice(0, at), mark, text.slice(at + asked.length));
      if (emotion) { const how = document.createElement("span"); how.className = "soft"; how.textContent = " (" + emotion + ")"; line.append(how); }
      if (place.page) { const link = document.createElement("a"); link.href = place.page + "#t=" + start; link.textContent = " page"; line.append(link); }
      results.append(line);
    }
  });
}
