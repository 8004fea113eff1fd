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
  jump(audio, ms / 1000, true);
}
audio.addEventListener("error", () => { silent.hidden = false; });

const query = document.getElementById("query");
if (query) {
  const results = document.getElementById("results"), found = document.getElementById("found"), shown = 100, plains = [];
  // As `mentions` compares: without case, accents and width; in scripts without blanks, without what stands between letters.
  const unspaced = "[\\p{scx=Han}\\p{scx=Hira}\\p{scx=Kana}\\p{scx=Bopo}\\p{sc=Thai}\\p{sc=Lao}\\p{sc=Khmer}\\p{sc=Myanmar}]";
  const isUnspaced = new RegExp("^" + unspaced, "u"), isSaid = /^[\p{L}\p{M}\p{N}\p{Emoji_Presentation}]/u;
  const letters = new Intl.Segmenter("und", { granularity: "grapheme" });
  const accents = /[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\ufe00-\ufe0f]/g;
  function plain(text) {
    let folded = "", begins = [], ends = [], last = "";
    const all = [...letters.segment(text)];
    all.forEach(({ segment, index }, at) => {
      const said = isSaid.test(segment), next = all.slice(at + 1).find(one => isSaid.test(one.segment));
      if (!said && isUnspaced.test(last) && next && isUnspaced.test(next.segment)) return;
      const one = segment.normalize("NFKC").toLowerCase().normalize("NFD").replace(accents, "").normalize("NFC")
        .replace(/ß/g, "ss").replace(/ı/g, "i").replace(/ς/g, "σ");
      for (let i = 0; i < one.length; i++) { begins.push(index); ends.push(index + segment.length); }
      folded += one;
      if (said) last = segment;
    });
    return { folded, begins, ends };
  }
  query.addEventListener("input", () => {
    const asked = plain(query.value.trim()).folded;
    results.replaceChildren();
    found.textContent = "";
    if (asked.length < (isUnspaced.test(asked) ? 1 : 2)) return;
    const begins = isUnspaced.test(asked) ? "" : "(?:(?<![\\p{L}\\p{N}])|(?<=" + unspaced + "))";
    const pattern = new RegExp(begins + asked.replace(/[.*+?^${}()|[\]\\]/g, "\\$&") + "(?!\\p{M})", "u");
    const hits = said.rows.filter((row, i) => pattern.test((plains[i] ??= plain(row[2])).folded));
    found.textContent = hits.length + (hits.length === 1 ? " stretch" : " stretches") + " of speech"
      + (hits.length > shown ? ", the first " + shown + " are shown" : "");
    for (const [recording, start, text, emotion, doubtful] of hits.slice(0, shown)) {
      const place = places[recording], line = document.createElement("div"), go = document.createElement(place.audio ? "button" : "span");
      line.className = "said hit";
      go.textContent = place.file + " " + clock(start);
      go.addEventListener("click", () => play(recording, start));
      line.append(go, " ");
      const its = plain(text), at = its.folded.search(pattern), mark = document.createElement("mark");
      const from = its.begins[at], to = its.ends[at + asked.length - 1], words = document.createElement("bdi");
      mark.textContent = text.slice(from, to);
      words.append(text.slice(0, from), mark, text.slice(to));
      line.append(words);
      if (emotion) { const how = document.createElement("span"); how.className = "soft"; how.textContent = " (" + emotion + ")"; line.append(how); }
      if (doubtful) { const why = document.createElement("span"); why.className = "bad"; why.textContent = " doubtful: " + doubtful; line.append(why); }
      if (place.page) { const link = document.createElement("a"); link.href = place.page + "#t=" + start; link.textContent = " page"; line.append(link); }
      results.append(line);
    }
  });
}
