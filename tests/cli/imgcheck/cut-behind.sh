# SPDX-License-Identifier: GPL-2.0-or-later
# A swap area that goes on behind the end of its device: the image is whole, and
# a note says that the area is not.
"$SRCDIR/tests/swsusp_recipe" "$FIXTURES/swsusp/good-lzo.recipe" swap
pages=$(($(stat -c %s swap) / 4096))
last_page()
{
	patch_file "$(printf '%02x%02x0000' $(($1 % 256)) $(($1 / 256)))" swap 1028
}

last_page $((pages - 1))
"$IMGCHECK" --resumable swap >out
! grep 'note: cut' out || fail "of a whole area: $(cat out)"
last_page "$pages"
"$IMGCHECK" --resumable swap >out
says out "swap: note: cut behind the image: the swap area has $((pages + 1)) pages, of which $pages are there"
says out 'valid; hibernation image of Linux on swap; CRC right, which covers all pages; resumable'
"$IMGCHECK" --json swap >json
valid_json imgcheck-1 json
says json '"severity": "note"'
cat swap - <<<x >longer
truncate -s $(((pages + 1) * 4096)) longer
"$IMGCHECK" longer >out
! grep 'note: cut' out || fail "of a whole area: $(cat out)"
