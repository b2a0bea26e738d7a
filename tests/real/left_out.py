#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""left_out.py IMAGE LIST

Whether the frames that IMAGE does not store, because they were left out or are
zero, are those of LIST: lines "FIRST-LAST" in hexadecimal, or a comment
behind "#".
"""

import json
import os
import subprocess
import sys


def listed(path):
    frames = set()
    with open(path, encoding="ascii") as file:
        for line in file:
            first, _, last = line.partition("#")[0].strip().partition("-")
            if first:
                frames.update(range(int(first, 16), int(last or first, 16) + 1))
    return frames


def left_out(path):
    frames = set()
    tool = os.environ.get("IMGDUMP", "imgdump")
    told = subprocess.run([tool, "--json", "--pages", path], check=True, capture_output=True)
    for run in json.loads(told.stdout)["pages"]["runs"]:
        if run["state"] in ("zero", "excluded"):
            frames.update(range(run["pfn"], run["pfn"] + run["pages"]))
    return frames


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: left_out.py IMAGE LIST")
    ours, theirs = left_out(sys.argv[1]), listed(sys.argv[2])
    for what, frames in ("too much", ours - theirs), ("too little", theirs - ours):
        if frames:
            print(f"{len(frames)} frames {what}, the first is {min(frames):#x}")
    return ours != theirs


if __name__ == "__main__":
    sys.exit(main())
