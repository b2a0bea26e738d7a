# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line of tests/swsusp_recipe."""

import hashlib
import json

from recipe_lib import output
from recipe_lib.fixtures import Fixtures

from .image import Image
from .syntax import Recipe

README = """\
<!-- SPDX-License-Identifier: GPL-2.0-or-later -->
# Fixtures of in-kernel hibernation

Good, bad and unsupported images as text, from which `tests/swsusp_recipe` builds swap areas and streams;
`tests/swsusp_recipe --help` names the statements. `tests/fixtures/swsusp/run` builds each and puts it to the tools.
*Exit* is the status of `imgcheck`, and *rule* one that it reports where that is not 0; in a good one, rules whose keeping it shows.

This page is made from the recipes' first lines by `tests/swsusp_recipe --readme`, and `scripts/check-spec` holds it to them.

| recipe | exit | rule | proves |
|---|---|---|---|
"""

STATEMENTS = """\
what the image is:
  kind area|stream|file     a swap area, /dev/snapshot's stream, a file of nothing
  codec lzo|lz4|raw  page-size N  arch x86_64|arm64|generic|x86_32|none
  state pending|consumed|none   none: a swap area that never had an image
  zero-flags                zero pages are flagged in the list, not stored
  platform  hardware-signature N  without-crc  physpages N  label TEXT
  lzo-forms "M1 M2 literal" which matches the encoder uses
where it lies:
  scatter SEED              pages anywhere in the area, by a seed; 0 in order
  device N                  pages of the area, at least
  resume-offset N           the header is page N, as in a swap file
  offset BYTES              the area begins there, as in a partition
what it holds, in the order of the list:
  pages FIRST COUNT CONTENT
    CONTENT is: text TEXT, random SEED, pattern, fill BYTE, zero, stored-zero,
    file PATH (the frame of that memory)
  repeat COUNT STEP STATEMENT   COUNT times, its first number growing by STEP
  include FILE, clear       take over a file's statements; forget its pages
what is done otherwise than the specification says; what depends on it follows:
  set header.FIELD VALUE    hw_sig crc32 image flags orig_sig sig
  set info.FIELD VALUE      of the info page or its architecture header
  set list[I] VALUE|[J]     slot I (or I..K) of the page-frame list, as number or
                            as slot J
  set cluster[I].length N   the length in front of it
  set map[I].E VALUE, set map[I].next VALUE   an entry of map page I: a number,
                            header, device, map[J] or entry[J] of the first page
    VALUE is N, +N, -N, ^N (exclusive or), hex:DIGITS or text
  payload I short N|long N|cut N|pad N|trail HEX|hex HEX   cluster I
  torn zero|stale|absent    the last map page was not written
what is done to the finished file; nothing follows it:
  flip AT.BIT  raw AT HEX  truncate AT|-N  append HEX  insert AT HEX  cut AT N
          AT is an offset, or header, map[I] or entry[I], with +N or -N behind it
"""


def build(recipe, path):
    out = output.Output()
    Image(recipe, out).build()
    out.save(path)
    output.rewrite(path, recipe.steps, out.names)


def pages(recipe):
    """JSON of maximal runs of frames of the same state, rising."""
    runs = []
    for frame, _, is_flagged in sorted(recipe.entries(), key=lambda entry: entry[0]):
        state = "zero" if is_flagged else "stored"
        last = runs[-1] if runs else None
        if last and last["pfn"] + last["pages"] == frame and last["state"] == state:
            last["pages"] += 1
        else:
            runs.append({"pfn": frame, "pages": 1, "state": state, "class": "none"})
    return json.dumps(runs) + "\n"


def hashes(recipe):
    """A line for each frame: its number and the head of its page's SHA-256."""
    return "".join(
        f"{frame:x} {hashlib.sha256(content.page(frame, recipe.page_size)).hexdigest()[:16]}\n"
        for frame, content, _ in sorted(recipe.entries(), key=lambda entry: entry[0]))


FIXTURES = Fixtures("swsusp_recipe", "Build a hibernation image from a text recipe.",
                    STATEMENTS, README, "fixtures/swsusp", Recipe, build,
                    {".pages": pages, ".hashes": hashes})


def main():
    return FIXTURES.main()
