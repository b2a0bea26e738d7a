# SPDX-License-Identifier: GPL-2.0-or-later
expect 0 "$IMGCHECK" --version
grep -qxE 'imgcheck \(imgfmt\) [0-9]+\.[0-9]+\.[0-9]+' out
grep -qE '^codecs: none zlib lzma' out
cp out version
"$SRCDIR/tests/swsusp_recipe" "$FIXTURES/swsusp/good-lzo.recipe" image
status=0
"$IMGCHECK" -q image 2>err || status=$?
# What it says of LZO is what it can read.
case $status in
0) grep -qxE 'codecs of hibernation images: none lzo( lz4)?' version ;;
4) grep -qxE 'codecs of hibernation images: none( lz4)?' version ;;
*) fail "status $status: $(cat err)" ;;
esac
