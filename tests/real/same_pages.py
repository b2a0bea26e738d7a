#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""same_pages.py IMAGE KDUMP [ALL]

Whether IMAGE, which imgfilter made, stores the frames that makedumpfile kept in
KDUMP at the same level, zero pages aside.  Frames that makedumpfile does not
know at all, the firmware's, are in no file of its level 0, which is ALL; without
it IMAGE was made as makedumpfile does, and must have exactly the frames of KDUMP,
zero ones included.
"""

import json
import os
import pathlib
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "interop"))

from kdump_pages import Kdump  # noqa: E402


def read(path):
    return Kdump(memoryview(pathlib.Path(path).read_bytes()))


def stored(path, states=("stored",)):
    tool = os.environ.get("IMGDUMP", "imgdump")
    told = subprocess.run([tool, "--json", "--pages", path], check=True, capture_output=True)
    for run in json.loads(told.stdout)["pages"]["runs"]:
        if run["state"] in states:
            yield from range(run["pfn"], run["pfn"] + run["pages"])


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit("usage: same_pages.py IMAGE KDUMP [ALL]")
    if len(sys.argv) == 3:
        theirs = set(read(sys.argv[2]).frames())
        ours = set(stored(sys.argv[1], ("stored", "zero")))
    else:
        known = set(read(sys.argv[3]).frames())
        theirs = {pfn for pfn, page in read(sys.argv[2]).pages() if any(page)}
        ours = set(stored(sys.argv[1])) & known
    if not theirs:
        sys.exit("makedumpfile kept nothing")
    for what, frames in ("left out by us alone", theirs - ours), ("kept by us alone", ours - theirs):
        if frames:
            print(f"{len(frames)} frames {what}, the first is {min(frames):#x}")
    return ours != theirs


if __name__ == "__main__":
    sys.exit(main())
