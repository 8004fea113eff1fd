"""What lies beside recordings in people's folders and is none: told by its name alone.

Only names that no recorder, phone or archive gives to sound or pictures that move are here.  ``.dat``, ``.bin``,
``.raw``, ``.tmp`` and names without an extension may be anything, and are opened.
"""

from __future__ import annotations

import fnmatch
import os
import re

_KINDS = {
    "pictures": "jpg jpeg jpe jfif png gif bmp svg tif tiff webp heic heif avif ico psd psb ai eps xcf jp2 cr2 cr3 nef "
    "arw orf rw2 raf dng thm icns",
    "documents": "txt text md rst pdf doc docx docm dot dotx odt ott rtf tex bib htm html xhtml mht mhtml epub mobi "
    "azw3 ppt pptx pptm pps ppsx odp pages numbers key one pub vsd vsdx xps djvu msg eml ics vcf enl ris mm nfo diz",
    "tables and data": "csv tsv tab xls xlsx xlsm xlsb ods json jsonl ndjson geojson xml xsd xsl dtd yaml yml toml ini "
    "cfg conf plist parquet feather arrow npy npz pkl pickle h5 hdf5 sav zsav por dta sas7bdat rds rdata rda sqlite "
    "sqlite3 db db3 mdb accdb sql safetensors onnx gpx kml",
    "transcripts and subtitles": "srt vtt ass ssa sub sbv smi sami ttml dfxp lrc usf scc mcc itt stl idx textgrid "
    "eaf pfsx etf ecv trs cha cex exb exs coma antx anvil lab rttm uem ctm stm mlf flextext inqscr otr par ort phn wrd "
    "pitch pitchtier intensity formant formantgrid pointprocess collection conllu ann",
    "projects of coders": "nvp nvpx nvcx nvb nvbx mx2 mx3 mx4 mx5 mx11 mx12 mx18 mx20 mx22 mx24 mx26 mxd mex mqda mqtc "
    "mod24 mtr loa atlproj atlproj9 atlproj22 atlproj23 atlproj24 atlproj25 atlcb hpr hpr5 hpr6 hpr7 qdpx qdc qde ppj "
    "wpj rqda quirkos qrk dvprj",
    "projects of editors": "aup aup3 aup3-wal aup3-shm aup4 als alp ptx ptf pts ptxt rpp rpp-bak rpp-undo sesx ses "
    "prproj prel aep aepx cpr npr csh drp fcpxml fcpproject logic logicx band ftm flp reason rns "
    "hprj tracktionedit ardour bwproject edl aaf omf otio veg kdenlive mlt osp wlmp mswmm imovieproj camproj tscproj",
    "scores": "mid midi kar musicxml mxl mscz mscx sib",
    "waveforms of editors": "pk pkf pek peak peaks asd reapeaks sfk sfl sfap0 ovw gpk wfm mpgindex xmp aae bim modd "
    "moff cpi mpl bdm ifo bup",
    "playlists": "m3u m3u8 pls cue xspf asx wax wvx wpl zpl b4s fpl ram opml rss toc",
    "checksums": "md5 md5sum sha sha1 sha224 sha256 sha384 sha512 sfv ffp st5 b3 crc sig asc sha1sum sha256sum "
    "sha512sum par2",
    "programs": "exe dll msi bat cmd ps1 sh bash app apk deb rpm jar class so dylib pyc pyo py ipynb js mjs tsx css "
    "scss php rb pl r rmd qmd do sps sas jl lua c h cpp hpp java go rs swift kt praat psc psm ttf otf woff woff2 "
    "eot fon",
    "logs": "log lck lock pid err",
    "shortcuts": "lnk url webloc website desktop torrent magnet nzb inetloc",
    "archives": "zip rar 7z tar gz tgz bz2 tbz tbz2 xz txz zst tzst lz lz4 lzma cab arj lzh z01 zipx dmg vhd vhdx",
}
_PARTIAL = (
    "part partial crdownload download opdownload !ut !qb !bt bc! td fb! jc! ut! xltd dctmp aria2 ytdl filepart "
    "downloading incomplete unfinished dtapart crswap"
)
_STAND_INS = {
    ".icloud": "iCloud",
    ".cda": "an audio CD",
    ".dvc": "DVC",
    ".nextcloud": "Nextcloud",
    ".owncloud": "ownCloud",
    ".cloud": "odrive",
    ".cloudf": "odrive",
}
_KIND = {f".{extension}": kind for kind, extensions in _KINDS.items() for extension in extensions.split()}
_GROWING = frozenset(f".{extension}" for extension in _PARTIAL.split())
_BACKUPS = frozenset(".bak .backup .old .orig .save .autosave .tmp .swp".split())
"""Where such a suffix stands behind another one, that says what the file is."""


def one_of(*patterns: str) -> re.Pattern[str]:
    """What any of some patterns of the shell matches."""
    return re.compile("|".join(map(fnmatch.translate, patterns)))


SYSTEM = one_of(
    *(
        "._*",
        ".ds_store",
        "thumbs.db",
        "ehthumbs*.db",
        "desktop.ini",
        "icon\r",
        "autorun.inf",
        ".directory",
        ".nomedia",
    ),
    *(".localized", ".volumeicon.icns", "desktop d[bf]", "folder.htt", ".picasa.ini", ".fuse_hidden*"),
)
_LOCKS = one_of("~$*", ".~lock.*#", "~*.tmp", "~lock*", "*.laccdb", "*.ldb")
_COPYING = one_of(
    ".syncthing.*.tmp", "~syncthing~*.tmp", "*.part-frag*", "unconfirmed *.crdownload", ".*.??????.partial"
)
_NAMES = (
    "readme license licence copying changelog authors notice makefile md5sums sha1sums sha256sums sha512sums checksums"
)
_NAMES_OF_TEXTS = frozenset(_NAMES.split())

PLAIN = re.compile(r"\w[\w ()-]*\.(?:wav|mp3|flac|ogg|opus|m4a|aac|mp4|aif|aiff)", re.IGNORECASE)
"""Names of recordings that no rule is about, here or among the layouts: most of an archive's, told at one look."""

GROWING = "still being downloaded"
HIDDEN = "hidden"


def kind_of(name: str) -> str | None:
    """What a file of this name is that is no recording; None where it may be one.

    :data:`GROWING` for a recording that is not whole yet, :data:`HIDDEN` for any other name that begins with a dot.
    """
    lower = name.lower()
    if _COPYING.fullmatch(lower):
        return GROWING
    if SYSTEM.fullmatch(lower):
        return "files of the system"
    if _LOCKS.fullmatch(lower):
        return "locks of open documents"
    if lower.startswith("."):
        return HIDDEN
    stem, suffix = os.path.splitext(lower.rstrip("~"))
    if suffix in _GROWING:
        return GROWING
    if suffix in _BACKUPS:
        suffix = os.path.splitext(stem)[1]
    return "documents" if lower in _NAMES_OF_TEXTS else _KIND.get(suffix)


def stands_in_for(name: str) -> tuple[str, str] | None:
    """The name of the recording that a placeholder of this name stands in for, and where that is; None for others.

    iCloud gives ``.talk.m4a.icloud`` for ``talk.m4a``.
    """
    stem, suffix = os.path.splitext(name)
    place = _STAND_INS.get(suffix.lower())
    if place is None:
        return None
    if suffix.lower() == ".icloud":
        stem = stem.removeprefix(".")
    elif suffix.lower() == ".cda":
        stem = name
    return stem, place


def stand_ins_of(path: str) -> list[str]:
    """Where placeholders of a recording would lie that is kept elsewhere now."""
    folder, name = os.path.split(path)
    names = [f".{name}{suffix}" if suffix == ".icloud" else name + suffix for suffix in _STAND_INS if suffix != ".cda"]
    return [os.path.join(folder, stand_in) for stand_in in names]


def extensions() -> frozenset[str]:
    """Every extension, with its dot, by which a file is passed over."""
    return frozenset(_KIND) | _GROWING | frozenset(_STAND_INS)
