#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""peer_errors.py CORE IMAGE KDUMP

Of a dump of Linux 6.12, whose slab and huge pages makedumpfile before 1.7.6 does
not know: whether IMAGE, which imgfilter made of CORE at a level with user pages,
has all frames of KDUMP but huge pages, and beyond them slab pages only.  Which
are slab the struct pages in CORE tell, read by imgdump.
"""

import json
import os
import struct
import subprocess
import sys

from same_pages import read

SLAB = 0xf5
TOOL = os.environ.get("IMGDUMP", "imgdump")


def told(*words):
    return subprocess.run([TOOL, *words], check=True, capture_output=True).stdout


def vmcoreinfo(core):
    text = told("--raw", "--vmcoreinfo", core).decode()
    return dict(line.split("=", 1) for line in text.splitlines())


def frames(image):
    """State and class by frame."""
    ret = {}
    for run in json.loads(told("--json", "--pages", image))["pages"]["runs"]:
        for pfn in range(run["pfn"], run["pfn"] + run["pages"]):
            ret[pfn] = run["state"], run["class"]
    return ret


def at(core, address, size):
    return told("--raw", "--virt", f"--read={address:#x}:{size}", core)


def is_slab(core, info, pages, pfn):
    page = pages + pfn * int(info["SIZE(page)"])
    word, = struct.unpack("<I", at(core, page + int(info["OFFSET(page._mapcount)"]), 4))
    return word >> 24 == SLAB


def main():
    if len(sys.argv) != 4:
        sys.exit("usage: peer_errors.py CORE IMAGE KDUMP")
    core, image, kdump = sys.argv[1:]
    info = vmcoreinfo(core)
    pages = int(info["SYMBOL(vmemmap)"], 16)
    ours, theirs = frames(image), set(read(kdump).frames())
    kept = {pfn for pfn, (state, _) in ours.items() if state in ("stored", "zero")}
    known = max(theirs) + 1
    too_much = {pfn for pfn in theirs - kept if ours[pfn][1] != "hugetlb"}
    lost = {pfn for pfn in kept - theirs if pfn < known}
    too_little = {pfn for pfn in lost if not is_slab(core, info, pages, pfn)}
    print(f"huge pages that makedumpfile kept: {len(theirs - kept)}, slab pages that it lost: {len(lost)}")
    for what, frames_ in ("not huge, left out", too_much), ("not slab, kept", too_little):
        if frames_:
            print(f"{len(frames_)} frames {what} by us alone, the first is {min(frames_):#x}")
    return bool(too_much or too_little or not lost or not theirs - kept)


if __name__ == "__main__":
    sys.exit(main())
