# SPDX-License-Identifier: GPL-2.0-or-later
expect 0 "$IMGCHECK" --version
grep -qxE 'imgcheck \(imgfmt\) [0-9]+\.[0-9]+\.[0-9]+' out
grep -qE '^codecs: none zlib lzma' out
grep -qxE 'codecs of hibernation images: none( lzo)?( lz4)?' out
