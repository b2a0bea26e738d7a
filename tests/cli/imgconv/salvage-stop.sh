# SPDX-License-Identifier: GPL-2.0-or-later
# A search for blocks in what is left of an image is long; a signal ends it.
core 300 core
"$IMGMAKE" -q core >streamed
head -c 500000 streamed >cut
truncate -s 64G cut
status=0
start=$SECONDS
timeout --preserve-status -s INT 1 "$IMGCONV" --salvage -o saved cut 2>err ||
	status=$?
[ "$status" -eq 130 ] || fail "status $status: $(cat err)"
[ $((SECONDS - start)) -lt 20 ] || fail "after $((SECONDS - start)) s"
[ ! -s err ] || fail "$(cat err)"
[ ! -e saved ]
timeout -s INT 3 "$IMGCONV" --salvage --progress=always -o saved cut 2>err || :
says err ' of 64.0 GiB, '
