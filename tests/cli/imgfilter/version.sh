# SPDX-License-Identifier: GPL-2.0-or-later
expect 0 "$IMGFILTER" --version
grep -qxE 'imgfilter \(imgfmt\) [0-9]+\.[0-9]+\.[0-9]+' out
grep -qE '^codecs: none zlib lzma' out
