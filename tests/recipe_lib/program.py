# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line of tests/recipe."""

from . import expected, output
from .core import Core
from .fixtures import Fixtures
from .image import Image
from .patch import Patches
from .syntax import Recipe

README = """\
<!-- SPDX-License-Identifier: GPL-2.0-or-later -->
# Fixtures

Good, bad and unsupported files as text, from which `tests/recipe` builds images; `tests/recipe --help` names
the statements. `tests/fixtures/run` builds each and puts it to the tools. *Exit* is the status of `imgcheck`, and *rule* one that it
reports where that is not 0; in a good one, rules whose keeping it shows.

This page is made from the recipes' first lines by `tests/recipe --readme`, and `scripts/check-spec` holds it to them.

| recipe | exit | rule | proves |
|---|---|---|---|
"""

STATEMENTS = """\
what the image is:
  level bare|streamed|sealed|foreign|none    profile plain|packed
  page-size N  block-pages N  byte-order little|big  machine NAME|N  entry N
  kind hibernated|hibernating  view original|jump  time N
  release TEXT  version TEXT  free-policy N  poison N  salvaged
  codec NAME[,NAME..]     blocks take the codecs in turn
  content-digests         with content table
  xnum                    PN_XNUM whatever the number of program headers
  qemu                    a foreign core laid out as QEMU does
  sign SLOT KIND BYTES    an active signature slot
what it holds:
  pages FIRST COUNT [class=CLASS] CONTENT    present frames
  exclude FIRST COUNT CLASS                  excluded frames
  segment ADDR SIZE CONTENT [file=N] [vaddr=N] [offset=N] [flags=N] [align=N]
          [type=N] [same=K [shift=N]]        PT_LOAD of a bare image or core
    CONTENT is: text TEXT, random SEED, pattern, fill BYTE, zero, stored-zero,
    file PATH (the frame of that memory)
  backup DESTINATION BACKUP PAGES            run of the backup map
  ram ADDR SIZE  ram-flags N  firmware HEX   memory map
  map VADDR ADDR SIZE [alias]                mapping
  swap-image [BYTES]  part FIRST LAST        swap image note; the bytes follow its info page
  falling-parts COUNT FIRST                  parts of one frame each, downwards
  slots FIRST PAGES                          run of pages that the swap image took,
          behind the run of 18 pages from page 1 on that is there without it
  note OWNER TYPE BYTES                      any other note
    BYTES is: text TEXT, hex DIGITS, zero N
  repeat COUNT STEP STATEMENT   COUNT times, its first number growing by STEP
  include FILE, clear pages|backup|ram|map|note|slots
what is done otherwise than the specification says; what depends on it follows:
  set RECORD.FIELD VALUE [stale]   VALUE is N, +N, -N, ^N (exclusive or),
          hex:DIGITS or text; stale: the record keeps its checksum.  RECORD is
          ehdr phdr[i] shdr note[i] info bmap backup[i] mmap range[i] vmap
          mapping[i] swap swapinfo part[i] slots[i] pagemap run[i] block[i] tables
          index[i] tree[level][i] content[i] manifest item[i] resume slot[i] commit
  drop LIST I, copy LIST I, swap LIST I J    LIST is phdr note backup range
          mapping part slots run block index item segment
  gap PART N          PART starts N bytes later: phdrs (a core's only) notes
          pagemap tables mutable data commit
  pad PART HEX        bytes in the padding in front of PART, or behind block[i],
          note[i].name or note[i].desc; parts is that behind the info page
  grow NOTE N         the descriptor of info, bmap, mmap, vmap or swap gets longer
  payload BLOCK QUIRK [ARG]        short long twice skippable no-size checksum
          check filter blocks dictionary, window N, trail HEX, hex HEX
  spoil FRAME HEX     bytes of a page in the data of a plain image
what is done to the finished file; nothing follows it:
  flip AT.BIT  raw AT HEX  truncate AT|-N  append HEX  insert AT HEX  cut AT N
          AT is an offset, or a part's name, with +N or -N behind it
"""


def build(recipe, path):
    out, patches = output.Output(), Patches(recipe)
    level = recipe.choice["level"]
    if level in ("streamed", "sealed"):
        Image(recipe, patches, out).build()
    elif level in ("bare", "foreign"):
        Core(recipe, patches, out).build()
    patches.check_used()
    for frame in recipe.spoils:
        raise ValueError(f"no present frame {frame:#x} to spoil")
    for block in recipe.payloads:
        raise ValueError(f"no block {block}")
    out.save(path)
    output.rewrite(path, recipe.steps, out.names)


FIXTURES = Fixtures("recipe", "Build an image from a text recipe.", STATEMENTS, README,
                    "fixtures", Recipe, build,
                    {".pages": expected.pages, ".hashes": expected.hashes})


def main():
    return FIXTURES.main()
