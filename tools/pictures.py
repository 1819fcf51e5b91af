#!/usr/bin/env python3
"""Draws the README's pictures of what `cniforge diff` says: a terminal as SVG, the HTML report as PNG.

  tools/pictures.py

The fleet is this repository's, at HEAD, with a few lines changed; its copy has one commit of a fixed author and date, so the
same fleet and the same program give the same SVG. The PNG needs Chromium, and its letters are those of the machine.
  CNIFORGE   the program     [default: target/release/cniforge]
  CHROMIUM   the browser     [default: the one on PATH; without one the PNG stays as it is, and the script says so]
"""

import html
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unicodedata
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
PICTURES = REPOSITORY / "docs/src/pictures"
CNIFORGE = Path(os.environ.get("CNIFORGE", REPOSITORY / "target/release/cniforge")).resolve()
FLEET = ["cniforge.toml", "clusters", "overlays", "rendered"]
# What is changed: file, before, after.
TERMINAL = [("clusters/cls-7q46p7mt.jsonnet", "tunnel: 'vxlan'", "tunnel: 'geneve'")]
REPORT = [
    ("overlays/edge.libsonnet", "backendType: 'host-gw'", "backendType: 'vxlan'"),
    ("overlays/production.libsonnet", "memory: '2Gi'", "memory: '3Gi'"),
]

COLUMNS = 110
LINE, COLUMN, EDGE = 18, 8.4, 16
FOREGROUND, BACKGROUND = "#d8dee9", "#1b1f27"
COLOURS = {31: "#ff7b72", 32: "#7ee787", 33: "#e3b341", 34: "#79c0ff", 35: "#d2a8ff", 36: "#76e3ea"}

AUTHOR = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "cniforge"), ("EMAIL", "cniforge@localhost"), ("DATE", "2026-01-01T00:00:00Z"))
}


def copy_of_fleet(folder):
    archive = subprocess.run(["git", "archive", "HEAD", *FLEET], cwd=REPOSITORY, check=True, capture_output=True)
    subprocess.run(["tar", "-x"], cwd=folder, input=archive.stdout, check=True)
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1", **AUTHOR}
    for command in (["init", "--quiet", "--initial-branch=main"], ["add", "."], ["commit", "--quiet", "-m", "Fleet"]):
        subprocess.run(["git", *command], cwd=folder, env=environment, check=True)


def change(folder, changes):
    for file, before, after in changes:
        text = (folder / file).read_text()
        if before not in text:
            sys.exit(f"{file} does not say {before} any more: tell {Path(__file__).name} what to change instead")
        (folder / file).write_text(text.replace(before, after))


def diff(folder, *options):
    run = subprocess.run(
        [CNIFORGE, "diff", *options], cwd=folder, capture_output=True, text=True, env={"PATH": os.environ["PATH"]}
    )
    if run.returncode != 1:
        sys.exit(f"cniforge diff {' '.join(options)} found nothing to show:\n{run.stderr}")
    return run.stdout


def cells(line):
    """A line's characters, each with the styles that it is shown in: a set of numbers of ANSI."""
    styles, out = frozenset(), []
    for part in re.split(r"(\x1b\[[0-9;]*m)", line):
        if part.startswith("\x1b["):
            for number in (int(n or 0) for n in part[2:-1].split(";")):
                styles = frozenset() if number == 0 else styles | {number}
        else:
            out += [(character, styles) for character in part]
    return out


def spans(row):
    """Runs of characters of one style: where they begin, their text, their styles."""
    start = 0
    for i in range(1, len(row) + 1):
        if i == len(row) or row[i][1] != row[start][1]:
            yield start, "".join(character for character, _ in row[start:i]), row[start][1]
            start = i


def terminal(title, text):
    rows = [[(character, frozenset({1})) for character in f"$ {title}"]]
    for line in text.rstrip("\n").split("\n"):
        row = cells(line)
        if any(unicodedata.east_asian_width(character) in "WF" for character, _ in row):
            sys.exit("a character of two columns: the picture would be wrong")
        rows += [row[i : i + COLUMNS] for i in range(0, max(len(row), 1), COLUMNS)]
    width, height = round(COLUMNS * COLUMN + 2 * EDGE), len(rows) * LINE + 2 * EDGE
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img">',
        f"<title>{html.escape(title)}, in a terminal</title>",
        f'<rect width="100%" height="100%" rx="8" fill="{BACKGROUND}"/>',
        f'<g fill="{FOREGROUND}" font-family="ui-monospace, Menlo, Consolas, \'DejaVu Sans Mono\', monospace" font-size="14">',
    ]
    for i, row in enumerate(rows):
        y = EDGE + i * LINE
        for start, text, styles in spans(row):
            x, length = round(EDGE + start * COLUMN, 1), round(len(text) * COLUMN, 1)
            colour = next((COLOURS[n] for n in sorted(styles) if n in COLOURS), FOREGROUND)
            if 7 in styles:
                out.append(f'<rect x="{x}" y="{y}" width="{length}" height="{LINE}" fill="{colour}"/>')
                colour = BACKGROUND
            if not text.strip():
                continue
            look = (' font-weight="bold"' if 1 in styles else "") + (' opacity=".6"' if 2 in styles else "")
            out.append(
                f'<text x="{x}" y="{y + 13}" textLength="{length}" xml:space="preserve" fill="{colour}"{look}>'
                f"{html.escape(text)}</text>"
            )
    return "\n".join([*out, "</g>", "</svg>", ""])


def main():
    if not CNIFORGE.exists():
        sys.exit(f"{CNIFORGE} is not there: cargo build --release")
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        copy_of_fleet(folder)
        change(folder, TERMINAL)
        (PICTURES / "diff.svg").write_text(terminal("cniforge diff", diff(folder, "--color", "always")))
        browser = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
        if browser is None:
            print("report.png stays as it is: there is no chromium on PATH, and CHROMIUM names none")
            return
        page = folder / "report.html"
        change(folder, REPORT)
        # As a reader sees it who has opened the second change; the page itself runs no script but its own.
        text = re.sub(r"<meta http-equiv=[^>]*>", "", diff(folder, "--format", "html"), count=1)
        page.write_text(text + "<script>document.querySelectorAll('summary')[1].click()</script>")
        options = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--window-size=1100,960"]
        shot = [browser, *options, f"--user-data-dir={folder}/profile", f"--screenshot={PICTURES}/report.png", page.as_uri()]
        subprocess.run(shot, check=True, capture_output=True)


if __name__ == "__main__":
    main()
